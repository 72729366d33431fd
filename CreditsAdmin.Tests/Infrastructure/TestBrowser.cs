using CreditsAdmin.Tests.Infrastructure;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(TestBrowser))]

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>One headless Chromium for the whole run, started by the first test that needs it.</summary>
public sealed class TestBrowser : IAsyncLifetime
{
    private readonly SemaphoreSlim one = new(1, 1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A window of its own, signed in as nobody.</summary>
    public async Task<BrowserWindow> OpenAsync(string baseUrl, ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var context = await (await LaunchAsync()).NewContextAsync(new()
        {
            BaseURL = baseUrl,
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = width, Height = 800 },
        });
        context.SetDefaultTimeout(15_000);
        return new BrowserWindow(context, await context.NewPageAsync(), baseUrl);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        one.Dispose();
    }

    private async Task<IBrowser> LaunchAsync()
    {
        await one.WaitAsync();
        try
        {
            playwright ??= await Playwright.CreateAsync();
            // Patience for a busy machine; a page that is right answers long before that.
            Assertions.SetDefaultExpectTimeout(15_000);
            return browser ??= await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
                Args =
                [
                    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync",
                ],
            });
        }
        finally
        {
            one.Release();
        }
    }
}
