using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;

namespace CreditsAdmin.Tests.Browser;

/// <summary>Every page for everybody, light and dark, wide and narrow: accessible, quiet, and from this host alone.</summary>
public class PagesTests(CreditsApp app, TestBrowser browser) : AppTest(app)
{
    private static readonly string[] Open = ["/sign-in", "/sign-up", "/set-up", "/no-access", "/problems/insufficient-credits"];

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Open_pages(ColorScheme theme, int width)
    {
        await using var window = await browser.OpenAsync(App.BaseUrl, theme, width);

        await LookAsync(window, width, Open);
        window.AssertClean();

        // The browser itself logs the 404 of an address that leads nowhere.
        await using var lost = await browser.OpenAsync(App.BaseUrl, theme, width);
        await LookAsync(lost, width, "/nothing-here");
    }

    [Theory]
    [InlineData("admin", ColorScheme.Light, 1280)]
    [InlineData("admin", ColorScheme.Dark, 360)]
    [InlineData("support", ColorScheme.Dark, 1280)]
    [InlineData("support", ColorScheme.Light, 360)]
    public async Task The_console(string role, ColorScheme theme, int width)
    {
        var email = $"{role}-{theme}-{width}@example.com";
        await App.PersonAsync(email, role);
        var user = await BusyUserAsync();
        await using var window = await browser.OpenAsync(App.BaseUrl, theme, width);
        await window.SignInAsync(email);

        await LookAsync(window, width,
            "/admin/users", $"/admin/users/{user}", "/admin/users?q=nobody-has-this-address", "/admin/ledger", "/admin/jobs",
            "/admin/receipts", "/admin/receipts?status=all", "/admin/ledger?kind=clawback", "/admin/adjustments",
            "/admin/adjustments?status=all", "/admin/ledger/health", "/admin/adjustments?status=expired", $"/admin/ledger?user={user}");
        window.AssertClean();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task A_users_balance(ColorScheme theme, int width)
    {
        var email = $"user-{theme}@example.com";
        var user = await App.PersonAsync(email);
        await BusyAsync(user);
        await using var window = await browser.OpenAsync(App.BaseUrl, theme, width);
        await window.SignInAsync(email);

        await LookAsync(window, width, "/balance");
        window.AssertClean();
    }

    [Fact]
    public async Task A_users_page_is_small_and_asks_for_no_script()
    {
        await App.PersonAsync("small@example.com");
        await using var window = await browser.OpenAsync(App.BaseUrl);
        await window.SignInAsync("small@example.com");
        var requests = new List<IRequest>();
        window.Page.Request += (_, request) => requests.Add(request);

        await window.Page.GotoAsync("/balance", new() { WaitUntil = WaitUntilState.NetworkIdle });

        Assert.DoesNotContain(requests, request => request.ResourceType == "script");
        var bytes = 0;
        foreach (var request in requests) bytes += (await request.SizesAsync()).ResponseBodySize;
        Assert.InRange(bytes, 1, 60_000);
    }

    private static async Task LookAsync(BrowserWindow window, int width, params string[] paths)
    {
        foreach (var path in paths)
        {
            await window.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
            Assert.Empty(await window.AxeAsync());
            Assert.True(await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width,
                $"{path} is wider than {width} pixels.");
            Assert.NotEqual("", await window.Page.TitleAsync());
        }
    }

    private async Task<Guid> BusyUserAsync()
    {
        var user = await App.Database.SignUpAsync();
        await BusyAsync(user);
        return user;
    }

    private async Task BusyAsync(Guid user)
    {
        var api = await App.ApiClientAsync();
        var failing = await api.ChargeAsync(user);
        await api.PostAsync($"/v1/jobs/{failing["id"]}/fail", new { error = "The provider timed out" });
        await api.ChargeAsync(user, 2);
        await App.Database.ExecuteAsync("SELECT claim_receipt($1, 'bmc', $2, 500)", user, $"BMC-{user}");
        var refused = await App.Database.ScalarAsync<Guid>("SELECT id FROM claim_receipt($1, 'bmc', $2, 700)", user, $"NO-{user}");
        await App.Database.ExecuteAsync("SELECT reject_receipt($1, 'There is no such payment.')", refused);
        await App.Database.ExecuteAsync("SELECT adjust_credits($1, 20000, 'paid', 'A large mistake', 'waits')", user);
        await App.Database.ExecuteAsync(
            "SELECT reverse_entry(entry_id, 'Wrong', 'back') FROM adjust_credits($1, 7, 'paid', 'A mistake', 'posted')", user);
    }
}
