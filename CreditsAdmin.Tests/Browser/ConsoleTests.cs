using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CreditsAdmin.Tests.Browser;

/// <summary>What staff do in the console, and what they cannot.</summary>
public partial class ConsoleTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_grant_shows_before_and_after_and_a_double_click_grants_once(ColorScheme theme)
    {
        var user = await App.Database.SignUpAsync($"granted-{theme}@example.com");
        await using var window = await SignedInAsync("admin", theme);
        await window.OpenConsoleAsync($"/admin/users/{user}");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Grant credits" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Credits", new() { Exact = true }).FillAsync("100");
        await dialog.GetByLabel("Reason").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await dialog.GetByLabel("Last day").FillAsync("2099-12-31");
        await Expect(dialog).ToContainTextAsync("Now 5 → after 105");
        Assert.Empty(await window.AxeAsync());
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Grant 100 credits" }).DblClickAsync();

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(window.Page.GetByText("105").First).ToBeVisibleAsync();
        await Expect(window.Page.GetByRole(AriaRole.Region, new() { Name = "Lots" })).ToContainTextAsync("2100-01-01");
        Assert.Equal((105, 0), await App.Database.BalanceAsync(user));
        await window.Page.ReloadAsync();
        Assert.Equal((105, 0), await App.Database.BalanceAsync(user));
        window.AssertClean();
    }

    [Fact]
    public async Task A_grant_without_a_reason_is_held_back_beside_the_field()
    {
        var user = await App.Database.SignUpAsync();
        await using var window = await SignedInAsync("admin");
        await window.OpenConsoleAsync($"/admin/users/{user}");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Grant credits" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Credits", new() { Exact = true }).FillAsync("100");

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Grant 100 credits" }).ClickAsync();

        await Expect(dialog.GetByLabel("Reason")).ToHaveAttributeAsync("aria-invalid", "true");
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Support_sees_everything_and_has_no_button_that_moves_credits()
    {
        var user = await App.Database.SignUpAsync("seen-by-support@example.com");
        var api = await App.ApiClientAsync();
        await api.ChargeAsync(user);
        await App.Database.ExecuteAsync("SELECT claim_receipt($1, 'bmc', 'BMC-support', 500)", user);
        await App.Database.ExecuteAsync("SELECT adjust_credits($1, 7, 'paid', 'A mistake', 'posted')", user);
        await App.Database.ExecuteAsync("SELECT adjust_credits($1, 20000, 'paid', 'A large mistake', 'waits')", user);
        await using var window = await SignedInAsync("support");

        foreach (var path in new[] { $"/admin/users/{user}", "/admin/receipts", "/admin/jobs", "/admin/ledger", "/admin/adjustments" })
        {
            await window.OpenConsoleAsync(path);
            await Expect(window.Page.GetByText("seen-by-support@example.com").First).ToBeVisibleAsync();
            foreach (var button in new[] { "Grant credits", "Adjust", "Verify", "Reject", "Give back", "Reverse…", "Refund…", "Approve" })
            {
                await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = button })).ToHaveCountAsync(0);
            }
        }
    }

    [Fact]
    public async Task A_receipt_that_another_admin_decided_meanwhile_says_so()
    {
        var user = await App.Database.SignUpAsync();
        var receipt = await App.Database.ScalarAsync<Guid>("SELECT id FROM claim_receipt($1, 'bmc', 'BMC-raced', 500)", user);
        await using var window = await SignedInAsync("admin");
        await window.OpenConsoleAsync("/admin/receipts?reference=BMC-raced");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Verify BMC" }).ClickAsync();
        var submit = window.Page.GetByRole(AriaRole.Button, new() { Name = "Verify and add 5 credits" });
        await Expect(submit).ToBeVisibleAsync();

        await App.Database.ExecuteAsync("SELECT verify_receipt($1, 5)", receipt);
        await submit.ClickAsync();

        await Expect(window.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Already verified");
        Assert.Equal((5, 5), await App.Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_rejection_needs_a_reason_and_the_user_reads_it()
    {
        var email = "rejected@example.com";
        var user = await App.PersonAsync(email);
        await App.Database.ExecuteAsync("SELECT claim_receipt($1, 'bmc', 'BMC-rejected', 500)", user);
        await using var window = await SignedInAsync("admin");
        await window.OpenConsoleAsync("/admin/receipts?reference=BMC-rejected");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Reject BMC" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("There is no payment with this reference.");
        Assert.Empty(await window.AxeAsync());
        await dialog.GetByRole(AriaRole.Button, new() { NameRegex = RejectButton() }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);

        await using var ana = await browser.OpenAsync(App.BaseUrl);
        await ana.SignInAsync(email);
        await Expect(ana.Page.GetByText("There is no payment with this reference.")).ToBeVisibleAsync();
        Assert.Equal((5, 0), await App.Database.BalanceAsync(user));
    }

    [Theory]
    [InlineData("/admin/receipts", "Verify")]
    [InlineData("/admin/jobs", "Give back")]
    public async Task A_page_that_is_left_takes_its_open_dialog_along(string path, string button)
    {
        var user = await App.Database.SignUpAsync();
        await App.Database.ExecuteAsync("SELECT claim_receipt($1, 'bmc', $2, 500)", user, $"BMC-{user}");
        await (await App.ApiClientAsync()).ChargeAsync(user);
        await using var window = await SignedInAsync("admin");
        await window.OpenConsoleAsync("/admin/users");
        await window.Page.EvaluateAsync("path => Blazor.navigateTo(path)", $"{path}?user={user}");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = button }).First.ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();

        await window.Page.GoBackAsync();

        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Users" })).ToBeVisibleAsync();
        await Expect(window.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        // A fault of the page that was left shows as the circuit's end: the page that came next must still answer.
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Ledger" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Ledger" })).ToBeVisibleAsync();
        window.AssertClean();
    }

    [Theory]
    [InlineData(null, "/admin/users", "/sign-in")]
    [InlineData(null, "/balance", "/sign-in")]
    [InlineData("user", "/admin/users", "/no-access")]
    [InlineData("user", "/admin/receipts", "/no-access")]
    public async Task Pages_that_are_not_yours_lead_elsewhere(string? who, string path, string elsewhere)
    {
        await using var window = await browser.OpenAsync(App.BaseUrl);
        if (who is not null)
        {
            var email = $"{who}-{Guid.NewGuid():N}@example.com";
            await App.PersonAsync(email);
            await window.SignInAsync(email);
        }

        await window.Page.GotoAsync(path);

        Assert.StartsWith(elsewhere, new Uri(window.Page.Url).AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_says_so_and_five_lock_the_account_even_for_the_right_one()
    {
        await App.PersonAsync("locked@example.com");
        await using var window = await browser.OpenAsync(App.BaseUrl);
        for (var i = 0; i < 6; i++)
        {
            await window.Page.GotoAsync("/sign-in");
            await window.Page.GetByLabel("E-mail").FillAsync("locked@example.com");
            await window.Page.GetByLabel("Password").FillAsync(i < 5 ? "not the password" : CreditsApp.Password);
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await Expect(window.Page.GetByText("do not belong together")).ToBeVisibleAsync();
        }
    }

    [GeneratedRegex("^Reject")]
    private static partial Regex RejectButton();

    private async Task<BrowserWindow> SignedInAsync(string role, ColorScheme theme = ColorScheme.Light)
    {
        var email = $"{role}-{Guid.NewGuid():N}@example.com";
        await App.PersonAsync(email, role);
        var window = await browser.OpenAsync(App.BaseUrl, theme);
        await window.SignInAsync(email);
        return window;
    }
}
