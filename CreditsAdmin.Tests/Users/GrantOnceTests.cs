using System.Security.Claims;
using Bunit.TestDoubles;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Components.Pages.Users;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace CreditsAdmin.Tests.Users;

/// <summary>One open dialog is one intent, whatever is pressed in it. Nothing shows dialogs here, so an answered one stays
/// and can be pressed again, as after an answer that was lost.</summary>
public sealed class GrantOnceTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task A_second_press_in_the_same_dialog_grants_nothing_more()
    {
        var user = await Database.SignUpAsync();
        using var context = await ContextAsync();
        var dialog = Open(context, user);

        await PressAsync(dialog, "100");
        await PressAsync(dialog, "100");

        Assert.Empty(dialog.FindAll(".notice"));
        Assert.Equal((105, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_second_press_with_another_amount_grants_nothing_and_says_that_the_first_did()
    {
        var user = await Database.SignUpAsync();
        using var context = await ContextAsync();
        var dialog = Open(context, user);
        await PressAsync(dialog, "100");

        await PressAsync(dialog, "200");

        Assert.Contains("An earlier press of this button did grant credits", dialog.Find(".notice-bad").TextContent);
        Assert.Equal((105, 0), await Database.BalanceAsync(user));

        // What was answered before belongs to the press before.
        await PressAsync(dialog, "");
        Assert.Empty(dialog.FindAll(".notice"));
        Assert.Equal("Write how many credits, such as 100.", dialog.Find(".field-error").TextContent.Trim());
    }

    [Fact]
    public async Task Every_opened_dialog_is_an_intent_of_its_own()
    {
        var user = await Database.SignUpAsync();
        using var context = await ContextAsync();

        await PressAsync(Open(context, user), "100");
        await PressAsync(Open(context, user), "100");

        Assert.Equal((205, 0), await Database.BalanceAsync(user));
    }

    private async Task<BunitContext> ContextAsync()
    {
        var admin = await Database.SignUpAsync();
        await new StaffCommands(Database.Credits).SetAsync(admin, "admin", passwordHash: null, Caller.CommandLine, Cancel);
        var context = new BunitContext();
        context.JSInterop.Mode = JSRuntimeMode.Loose;
        context.Services.AddRadzenComponents();
        context.Services.AddSingleton(new LedgerCommands(Database.Credits));
        context.AddAuthorization().SetAuthorized("admin@example.com")
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, admin.ToString()));
        return context;
    }

    private static IRenderedComponent<GrantDialog> Open(BunitContext context, Guid user) =>
        context.Render<GrantDialog>(parameters => parameters
            .Add(dialog => dialog.Run, new DialogRun())
            .Add(dialog => dialog.User, new UserRow(
                user, "ana@example.com", "Ana", false, DateTimeOffset.UnixEpoch, null, Free: 5, Paid: 0)));

    private static async Task PressAsync(IRenderedComponent<GrantDialog> dialog, string amount)
    {
        await dialog.Find("#grant-amount").InputAsync(amount);
        await dialog.Find("#grant-reason").ChangeAsync("Goodwill");
        await dialog.Find("form").SubmitAsync();
    }
}
