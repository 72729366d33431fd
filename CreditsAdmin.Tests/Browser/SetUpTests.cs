using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CreditsAdmin.Tests.Browser;

/// <summary>The first admin.</summary>
public class SetUpTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    [Fact]
    public async Task Whoever_reads_the_terminal_becomes_the_first_admin_and_nobody_after_them()
    {
        await using var window = await browser.OpenAsync(App.BaseUrl);
        await FillAsync(window.Page, "WRONGWRN");
        await Expect(window.Page.GetByText("not the code on the terminal")).ToBeVisibleAsync();

        await FillAsync(window.Page, App.Services.GetRequiredService<FirstRun>().Code);
        await window.Page.WaitForURLAsync("**/admin/users");

        await window.Page.GotoAsync("/set-up");
        await Expect(window.Page.GetByText("CreditsAdmin is set up")).ToBeVisibleAsync();
        Assert.Equal("admin", await App.Database.ScalarAsync<string>("SELECT role FROM credits.staff"));
    }

    private static async Task FillAsync(IPage page, string code)
    {
        await page.GotoAsync("/set-up");
        await page.GetByLabel("Code").FillAsync(code);
        await page.GetByLabel("Your e-mail").FillAsync("first@example.com");
        await page.GetByLabel("Password").FillAsync(CreditsApp.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make me admin" }).ClickAsync();
    }
}
