using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;

namespace CreditsAdmin.Tests.Browser;

/// <summary>The interactive documentation, in a browser that is told of every request to another host.</summary>
public class DocsTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task A_call_can_be_tried_with_ones_own_key(int width, ColorScheme theme)
    {
        var user = await App.Database.SignUpAsync();
        using var api = await App.ApiClientAsync("balances:read");
        await using var window = await browser.OpenAsync(App.BaseUrl, theme, width);
        var page = window.Page;

        await page.GotoAsync("/docs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Authorize" }).First.ClickAsync();
        await page.Locator(".auth-container input").First.FillAsync(api.DefaultRequestHeaders.Authorization!.Parameter!);
        await page.Locator(".auth-btn-wrapper .authorize").First.ClickAsync();
        await page.Locator(".auth-btn-wrapper .btn-done").First.ClickAsync();
        await page.Locator("#operations-balances-getBalance .opblock-summary-control").ClickAsync();
        await page.GetByPlaceholder("user").FillAsync($"{user}");
        foreach (var optional in new[] { "as_of", "If-None-Match" }) await page.GetByPlaceholder(optional).FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();

        await Assertions.Expect(page.Locator(".live-responses-table")).ToContainTextAsync("\"available\": 5");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        window.AssertClean();
    }
}
