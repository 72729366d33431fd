using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CreditsAdmin.Tests.Browser;

/// <summary>One admin asks, another decides; entries are undone and jobs refunded.</summary>
public class AdjustmentsTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    [Fact]
    public async Task One_admin_asks_for_more_than_the_limit_and_another_one_approves()
    {
        var user = await App.Database.SignUpAsync("asked-for@example.com");
        await using var ana = await SignedInAsync();
        await ana.OpenConsoleAsync($"/admin/users/{user}");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Adjust" }).ClickAsync();
        var dialog = ana.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Credits", new() { Exact = true }).FillAsync("20000");
        await dialog.GetByLabel("Reason").FillAsync("A large mistake");
        await Expect(dialog).ToContainTextAsync("A second admin must approve it");
        Assert.Empty(await ana.AxeAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask for +20,000 credits" }).DblClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(ana.Page.Locator(".nav-badge")).ToBeVisibleAsync();
        await ana.OpenConsoleAsync("/admin/adjustments");
        await Expect(ana.Page.GetByText("You asked for this. Another admin approves it.")).ToBeVisibleAsync();
        await Expect(Approve(ana)).ToBeDisabledAsync();
        Assert.Empty(await ana.AxeAsync());
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));

        await using var bo = await SignedInAsync();
        await bo.OpenConsoleAsync("/admin/adjustments");
        await Approve(bo).ClickAsync();
        await Expect(bo.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("A large mistake");
        Assert.Empty(await bo.AxeAsync());
        await bo.Page.GetByRole(AriaRole.Button, new() { Name = "Approve +20,000 credits", Exact = true }).DblClickAsync();

        await Expect(bo.Page.GetByText("Nothing waits")).ToBeVisibleAsync();
        Assert.Equal((20_005, 0), await App.Database.BalanceAsync(user));
        ana.AssertClean();
        bo.AssertClean();
    }

    [Fact]
    public async Task An_entry_is_undone_in_the_ledger_and_both_point_to_each_other()
    {
        var user = await App.Database.SignUpAsync();
        await App.Database.ExecuteAsync("SELECT adjust_credits($1, 7, 'paid', 'A mistake', 'k')", user);
        await using var window = await SignedInAsync();
        await window.OpenConsoleAsync($"/admin/ledger?user={user}");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Reverse…" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync("It was right");
        Assert.Empty(await window.AxeAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reverse this entry" }).DblClickAsync();

        await Expect(window.Page.GetByText("Reversed by")).ToBeVisibleAsync();
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
        await window.Page.GetByText("Reverses").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Ledger" })).ToBeVisibleAsync();
        await Expect(window.Page.Locator("tbody tr").First).ToContainTextAsync("Reversed by");
        window.AssertClean();
    }

    [Fact]
    public async Task A_part_of_a_completed_job_is_given_back()
    {
        var user = await App.Database.SignUpAsync();
        var api = await App.ApiClientAsync();
        var job = await api.ChargeAsync(user, 4);
        await App.Database.ExecuteAsync("SELECT complete_job($1)", Guid.Parse(job["id"]!.ToString()));
        await using var window = await SignedInAsync();
        await window.OpenConsoleAsync($"/admin/jobs?user={user}");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Refund…" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Credits", new() { Exact = true }).FillAsync("3");
        await dialog.GetByLabel("Reason").FillAsync("A bad image");
        Assert.Empty(await window.AxeAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give back 3 credits" }).DblClickAsync();

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(window.Page.GetByText("Balance\u00A04")).ToBeVisibleAsync();
        Assert.Equal((4, 0), await App.Database.BalanceAsync(user));
        window.AssertClean();
    }

    private static ILocator Approve(BrowserWindow window) =>
        window.Page.GetByRole(AriaRole.Button, new() { Name = "Approve +20,000 credits for asked-for@example.com" });

    private async Task<BrowserWindow> SignedInAsync()
    {
        var email = $"admin-{Guid.NewGuid():N}@example.com";
        await App.PersonAsync(email, "admin");
        var window = await browser.OpenAsync(App.BaseUrl, ColorScheme.Light);
        await window.SignInAsync(email);
        return window;
    }
}
