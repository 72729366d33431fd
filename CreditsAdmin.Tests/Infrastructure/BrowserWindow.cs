using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>One browser window. Remembers what no page may do: log an error, or ask another host for anything.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentBag<string> faults = [];

    internal BrowserWindow(IBrowserContext context, IPage page, string baseUrl)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") faults.Add($"{page.Url} logged: {message.Text}");
        };
        page.PageError += (_, error) => faults.Add($"{page.Url} threw: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(baseUrl, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith(baseUrl.Replace("http", "ws", StringComparison.Ordinal), StringComparison.Ordinal))
            {
                faults.Add($"{page.Url} asked another host: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Signs in and waits for the first page.</summary>
    public async Task SignInAsync(string email)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(CreditsApp.Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
    }

    /// <summary>Opens a page of the console and waits until its circuit is alive: only then buttons do something.</summary>
    public async Task OpenConsoleAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.WaitForSelectorAsync(".shell[data-live]");
    }

    /// <summary>The violations of WCAG 2.2 A and AA on the page as it is now, one line each.</summary>
    public async Task<IReadOnlyList<string>> AxeAsync()
    {
        var result = await Page.RunAxe(new AxeRunOptions
        {
            RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
        });
        return [.. result.Violations.Select(violation =>
            $"{Page.Url} {violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html).Take(3))}")];
    }

    /// <summary>Fails when a page logged an error or asked another host.</summary>
    public void AssertClean() => Assert.Empty(faults);

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
