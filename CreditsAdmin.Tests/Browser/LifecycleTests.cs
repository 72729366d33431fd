using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CreditsAdmin.Tests.Browser;

/// <summary>Seed system 004's example of a user's life, through the real API and a real browser.</summary>
public class LifecycleTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    private HttpClient api = null!;
    private Guid user;

    [Fact]
    public async Task From_sign_up_to_the_refused_eleventh_success()
    {
        await App.PersonAsync("admin@example.com", "admin");
        api = await App.ApiClientAsync();
        await using var ana = await browser.OpenAsync(App.BaseUrl);
        await using var admin = await browser.OpenAsync(App.BaseUrl);

        await SignUpAsync(ana.Page);
        await ExpectBalanceAsync(ana.Page, free: 5, paid: 0);

        for (var i = 0; i < 5; i++) await SucceedAsync();
        var sixth = await api.ChargeAsync(user);
        Assert.Equal((402, "0", "1", "1"), (sixth.Status, sixth["balance"], sixth["required"], sixth["shortfall"]));

        await ClaimAsync(ana.Page, "BMC-123", "5.00");
        await VerifyAsync(admin, "BMC-123");
        await ExpectBalanceAsync(ana.Page, free: 0, paid: 5);
        await Expect(ana.Page.GetByText("Credited", new() { Exact = true })).ToBeVisibleAsync();

        await SucceedAsync();
        Assert.Equal((0, 4), await App.Database.BalanceAsync(user));

        var failed = await api.ChargeAsync(user);
        Assert.Equal((0, 3), await App.Database.BalanceAsync(user));
        await api.PostAsync($"/v1/jobs/{failed["id"]}/fail", new { error = "The provider timed out" });
        Assert.Equal((0, 4), await App.Database.BalanceAsync(user));

        for (var i = 0; i < 4; i++) await SucceedAsync();
        Assert.Equal(402, (await api.ChargeAsync(user)).Status);
        await ExpectBalanceAsync(ana.Page, free: 0, paid: 0);
        await Expect(ana.Page.GetByText("Given back: Image")).ToBeVisibleAsync();

        ana.AssertClean();
        admin.AssertClean();
    }

    private async Task SignUpAsync(IPage page)
    {
        await page.GotoAsync("/sign-up");
        await page.GetByLabel("E-mail").FillAsync("ana@example.com");
        await page.GetByLabel("Password").FillAsync(CreditsApp.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await page.WaitForURLAsync("**/balance");
        user = await App.Database.ScalarAsync<Guid>("SELECT id FROM credits.users WHERE email = 'ana@example.com'");
    }

    private async Task SucceedAsync()
    {
        var job = await api.ChargeAsync(user);
        Assert.Equal(201, job.Status);
        Assert.Equal("completed", (await api.PostAsync($"/v1/jobs/{job["id"]}/complete"))["status"]);
    }

    private static async Task ClaimAsync(IPage page, string reference, string amount)
    {
        await page.GotoAsync("/balance");
        await page.GetByLabel("Reference").FillAsync(reference);
        await page.GetByLabel("Amount in US dollars").FillAsync(amount);
        await page.GetByRole(AriaRole.Button, new() { Name = "Claim payment" }).ClickAsync();
        await Expect(page.GetByText("Waits to be checked", new() { Exact = true })).ToBeVisibleAsync();
    }

    private static async Task VerifyAsync(BrowserWindow admin, string reference)
    {
        await admin.SignInAsync("admin@example.com");
        await admin.OpenConsoleAsync("/admin/receipts");
        var row = admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = reference });
        await row.GetByRole(AriaRole.Button, new() { Name = "Verify BMC" }).ClickAsync();
        await Expect(admin.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("after 5");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Verify and add 5 credits" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
    }

    private static async Task ExpectBalanceAsync(IPage page, long free, long paid)
    {
        await page.GotoAsync("/balance");
        var balance = page.GetByRole(AriaRole.Region, new() { Name = "Balance" });
        await Expect(balance).ToContainTextAsync($"{free} free");
        await Expect(balance).ToContainTextAsync($"{paid} paid");
    }
}
