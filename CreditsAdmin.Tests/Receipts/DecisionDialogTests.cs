using System.Security.Claims;
using Bunit.Extensions.WaitForHelpers;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Web.Components.Pages.Receipts;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace CreditsAdmin.Tests.Receipts;

/// <summary>What the two dialogs of the queue say before anything is sent, and when the database cannot be reached: nothing
/// listens on its port here.</summary>
public sealed class DecisionDialogTests : BunitContext
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Password=none;Database=none;Timeout=2;Pooling=false";

    private static readonly ReceiptRow Claim = new(
        Guid.NewGuid(), Guid.NewGuid(), "ana@example.com", "bmc", "BMC-123", 500, "USD", "pending", Credits: null,
        SuggestedCredits: 5, "Thanks!", Available: 4, DateTimeOffset.UnixEpoch, null, null, null, null);

    private readonly DialogRun run = new();

    public DecisionDialogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        var database = new CreditsDatabase(DatabaseLogins.From(Nowhere));
        Services.AddSingleton(database).AddSingleton(new ReceiptCommands(database));
        this.AddAuthorization().SetAuthorized("admin@example.com")
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString()));
    }

    [Fact]
    public void Verifying_starts_with_what_the_amount_buys_and_says_what_the_balance_will_be()
    {
        var dialog = OpenVerify();

        Assert.Equal("5", dialog.Find("#verify-credits").GetAttribute("value"));
        Assert.Equal("Now 4 → after 9", Words(dialog, ".effect"));
        Assert.Equal("Verify and add 5 credits", Words(dialog, "[type=submit]"));
    }

    [Theory]
    [InlineData("1", "Now 4 → after 5", "Verify and add 1 credit")]
    [InlineData(" 250 ", "Now 4 → after 254", "Verify and add 250 credits")]
    [InlineData("0", "Now 4", "Verify")]
    [InlineData("-5", "Now 4", "Verify")]
    [InlineData("1.5", "Now 4", "Verify")]
    [InlineData("", "Now 4", "Verify")]
    [InlineData("1000000000001", "Now 4", "Verify")]
    public void The_line_and_the_button_follow_what_is_typed(string typed, string line, string button)
    {
        var dialog = OpenVerify();

        dialog.Find("#verify-credits").Input(typed);

        Assert.Equal(line, Words(dialog, ".effect"));
        Assert.Equal(button, Words(dialog, "[type=submit]"));
    }

    [Fact]
    public void Credits_that_cannot_be_read_are_not_sent_and_say_so_beside_the_field()
    {
        var dialog = OpenVerify();
        dialog.Find("#verify-credits").Input("five");

        dialog.Find("form").Submit();

        Assert.Equal("Whole credits, at least 1.", Words(dialog, "#verify-credits-note"));
        Assert.Equal("true", dialog.Find("#verify-credits").GetAttribute("aria-invalid"));
        Assert.Empty(dialog.FindAll(".notice"));
    }

    [Fact]
    public void The_evidence_stands_in_both_dialogs()
    {
        foreach (var markup in new[] { OpenVerify().Markup, OpenReject().Markup })
        {
            Assert.All(["ana@example.com", "USD\u00A05.00", "BMC-123", "Thanks!"], fact => Assert.Contains(fact, markup));
        }
    }

    [Fact]
    public void A_lost_database_keeps_the_dialog_and_says_that_pressing_again_is_safe()
    {
        var dialog = OpenVerify();

        dialog.Find("form").Submit();
        dialog.WaitForElement(".notice-bad", TimeSpan.FromSeconds(10));

        Assert.Contains("Nothing was credited twice: pressing again is safe.", Words(dialog, ".notice-bad"));
        Assert.False(run.IsRunning);
        Assert.Equal("Verify and add 5 credits", Words(dialog, "[type=submit]"));
    }

    [Fact]
    public void A_second_press_while_the_first_is_on_its_way_does_nothing()
    {
        run.IsRunning = true;
        var dialog = OpenVerify();

        dialog.Find("form").Submit();

        Assert.Equal("true", dialog.Find("[type=submit]").GetAttribute("aria-disabled"));
        // Were it sent, the missing database would show.
        Assert.Throws<WaitForFailedException>(() => dialog.WaitForElement(".notice", TimeSpan.FromSeconds(1)));
        Assert.True(run.IsRunning);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("   ")]
    public void A_rejection_without_a_reason_is_not_sent(string? reason)
    {
        var dialog = OpenReject();
        if (reason is not null) dialog.Find("#reject-reason").Change(reason);

        dialog.Find("form").Submit();

        Assert.Equal("Write a reason, or pick one below.", Words(dialog, "#reject-reason-note"));
        Assert.Empty(dialog.FindAll(".notice"));
    }

    [Fact]
    public void A_suggested_reason_is_picked_with_one_press()
    {
        var dialog = OpenReject();
        dialog.Find("form").Submit();

        dialog.Find(".picks button").Click();

        Assert.StartsWith("We found no payment", dialog.Find("#reject-reason").GetAttribute("value"), StringComparison.Ordinal);
        Assert.Equal("The user reads this.", Words(dialog, "#reject-reason-note"));
    }

    private IRenderedComponent<VerifyDialog> OpenVerify() => Render<VerifyDialog>(parameters => parameters
        .Add(dialog => dialog.Run, run).Add(dialog => dialog.Receipt, Claim).Add(dialog => dialog.Available, 4));

    private IRenderedComponent<RejectDialog> OpenReject() => Render<RejectDialog>(parameters => parameters
        .Add(dialog => dialog.Run, run).Add(dialog => dialog.Receipt, Claim));

    private static string Words<T>(IRenderedComponent<T> dialog, string selector)
        where T : IComponent =>
        string.Join(' ', dialog.Find(selector).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
