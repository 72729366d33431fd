using System.Security.Claims;
using Bunit.TestDoubles;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Components.Pages.Adjustments;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace CreditsAdmin.Tests.Adjustments;

/// <summary>What the dialogs say before anything is sent, and when the database cannot be reached: nothing listens on its port
/// here.</summary>
public sealed class AdjustmentDialogTests : BunitContext
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Password=none;Database=none;Timeout=2;Pooling=false";

    private static readonly UserRow Ana = new(
        Guid.NewGuid(), "ana@example.com", "Ana", false, DateTimeOffset.UnixEpoch, null, Free: 15, Paid: 25_000);

    private static readonly AdjustmentRow Waiting = new(
        Guid.NewGuid(), Ana.Id, Ana.Email, "paid", 20_000, "A mistake", null, null, "pending", $"staff:{Guid.NewGuid()}",
        "bo@example.com", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, null, null, null, 25_015, null);

    private readonly DialogRun run = new();

    public AdjustmentDialogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        var database = new CreditsDatabase(DatabaseLogins.From(Nowhere));
        Services.AddSingleton(database).AddSingleton(new AdjustmentCommands(database)).AddScoped<WaitingDecisions>();
        this.AddAuthorization().SetAuthorized("admin@example.com")
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString()));
    }

    [Theory]
    [InlineData("100", "paid", "Now 25,015 → after 25,115", "Add 100 credits", false)]
    [InlineData("-1", "paid", "Now 25,015 → after 25,014", "Take away 1 credit", false)]
    [InlineData("−5", "promotional", "Now 25,015 → after 25,010", "Take away 5 credits", false)]
    [InlineData("10001", "paid", "Now 25,015 → after 35,016", "Ask for +10,001 credits", true)]
    [InlineData("-10001", "paid", "Now 25,015 → after 15,014", "Ask for −10,001 credits", true)]
    [InlineData("-16", "promotional", "Now 25,015", "Take away 16 credits", false)]
    [InlineData("0", "paid", "Now 25,015", "Adjust", false)]
    [InlineData("1.5", "paid", "Now 25,015", "Adjust", false)]
    public void The_line_the_button_and_the_second_admin_follow_what_is_typed(
        string typed, string category, string line, string button, bool waits)
    {
        var dialog = Adjust(aloneUpTo: 10_000);

        dialog.Find($"input[value={category}]").Change(category);
        dialog.Find("#adjust-amount").Input(typed);

        Assert.Equal(line, Words(dialog, ".effect > :last-child"));
        Assert.Equal(button, Words(dialog, "[type=submit]"));
        Assert.Equal(waits, dialog.FindAll(".notice-wait").Count == 1);
    }

    [Fact]
    public void For_ones_own_account_every_amount_waits()
    {
        var dialog = Adjust(aloneUpTo: 0);

        dialog.Find("#adjust-amount").Input("1");

        Assert.StartsWith("A second admin must approve it", Words(dialog, ".notice-wait"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Write whole credits, such as 50, or -50 to take 50 away.")]
    [InlineData("-16", "There are only 15 free credits to take away.")]
    public void What_cannot_be_sent_says_so_beside_each_field(string typed, string error)
    {
        var dialog = Adjust(aloneUpTo: 10_000);
        dialog.Find("#adjust-amount").Input(typed);
        Assert.Empty(dialog.FindAll(".field-error"));

        dialog.Find("form").Submit();

        Assert.Equal([error, "Write why the balance is corrected."],
            dialog.FindAll(".field-error").Select(shown => shown.TextContent.Trim()));
        Assert.Empty(dialog.FindAll(".notice"));
    }

    [Fact]
    public void A_lost_database_keeps_the_form_and_says_that_pressing_again_is_safe()
    {
        var dialog = Adjust(aloneUpTo: 10_000);
        dialog.Find("#adjust-amount").Input("5");
        dialog.Find("#adjust-reason").Input("A mistake");

        dialog.Find("form").Submit();
        dialog.WaitForElement(".notice-bad", TimeSpan.FromSeconds(10));

        Assert.Contains("Nothing moves twice: pressing again is safe.", Words(dialog, ".notice-bad"));
        Assert.Equal("Add 5 credits", Words(dialog, "[type=submit]"));
        Assert.False(run.IsRunning);
    }

    [Theory]
    [InlineData("3", "Give back 3 credits", null)]
    [InlineData("6", "Give back 6 credits", null)]
    [InlineData("7", "Give back", "Whole credits from 1 to 6.")]
    [InlineData("0", "Give back", "Whole credits from 1 to 6.")]
    public void A_refund_is_at_most_what_is_left_of_the_job(string typed, string button, string? error)
    {
        var job = new JobRow(Guid.NewGuid(), Ana.Id, Ana.Email, "image", "completed", 8, 0, 2, null,
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        var dialog = Render<RefundDialog>(parameters => parameters.Add(shown => shown.Run, run)
            .Add(shown => shown.Job, job).Add(shown => shown.AloneUpTo, 10_000));
        Assert.Equal("Give back 6 credits", Words(dialog, "[type=submit]"));

        dialog.Find("#refund-credits").Input(typed);

        Assert.Equal(button, Words(dialog, "[type=submit]"));
        Assert.Equal(error, dialog.FindAll(".field-error").SingleOrDefault()?.TextContent.Trim());
    }

    [Theory]
    [InlineData("adjustment", 7, null, "A new entry undoes it −7", "Reverse this entry")]
    [InlineData("charge", -8, 6L, "Goes back +6", "Reverse this entry")]
    [InlineData("adjustment", -20_000, null, "A new entry undoes it +20,000", "Ask for the reversal")]
    public void A_reversal_says_what_will_happen(string kind, long delta, long? left, string line, string button)
    {
        var entry = new LedgerRow(7, Ana.Id, Ana.Email, kind, delta, 0, 25_000, null, "system", null, null,
            DateTimeOffset.UnixEpoch, null, null, left);
        var dialog = Render<ReverseDialog>(parameters => parameters.Add(shown => shown.Run, run)
            .Add(shown => shown.Entry, entry).Add(shown => shown.AloneUpTo, 10_000));

        dialog.Find("form").Submit();

        Assert.Equal(line, Words(dialog, ".effect"));
        Assert.Equal(button, Words(dialog, "[type=submit]"));
        Assert.Equal("Write why this entry is reversed.", Words(dialog, ".field-error"));
    }

    [Fact]
    public void Only_another_admin_can_approve_and_the_reason_stands_beside_the_button()
    {
        var me = Guid.NewGuid();

        var other = Buttons(Waiting, me);
        var own = Buttons(Waiting with { RequestedBy = $"staff:{me}" }, me);
        var forMe = Buttons(Waiting with { UserId = me }, me);

        Assert.False(other.Find("button").HasAttribute("disabled"));
        Assert.Empty(other.FindAll(".cell-sub"));
        Assert.True(own.Find("button").HasAttribute("disabled"));
        Assert.Equal("You asked for this. Another admin approves it.", Words(own, ".cell-sub"));
        Assert.True(forMe.Find("button").HasAttribute("disabled"));
        Assert.Equal("This is your own account. Another admin approves it.", Words(forMe, ".cell-sub"));
    }

    [Fact]
    public void An_approval_shows_who_asked_why_and_what_the_balance_will_be()
    {
        var dialog = Render<ApproveDialog>(parameters => parameters.Add(shown => shown.Run, run).Add(shown => shown.Row, Waiting));

        Assert.All(["ana@example.com", "bo@example.com", "A mistake", "Paid credits"], fact => Assert.Contains(fact, dialog.Markup));
        Assert.Equal("Now 25,015 → after 45,015", Words(dialog, ".effect"));
        Assert.Equal("Approve +20,000 credits", Words(dialog, "[type=submit]"));
    }

    [Fact]
    public void A_rejection_without_a_reason_is_not_sent()
    {
        var dialog = Render<RejectDialog>(parameters => parameters.Add(shown => shown.Run, run).Add(shown => shown.Row, Waiting));

        dialog.Find("form").Submit();

        Assert.Equal("Write why it is rejected.", Words(dialog, ".field-error"));
        Assert.Empty(dialog.FindAll(".notice"));
    }

    private IRenderedComponent<AdjustDialog> Adjust(long aloneUpTo) => Render<AdjustDialog>(parameters => parameters
        .Add(dialog => dialog.Run, run).Add(dialog => dialog.User, Ana).Add(dialog => dialog.AloneUpTo, aloneUpTo));

    private IRenderedComponent<DecideButtons> Buttons(AdjustmentRow row, Guid me) => Render<DecideButtons>(parameters => parameters
        .Add(buttons => buttons.Row, row).Add(buttons => buttons.Me, me));

    private static string Words<T>(IRenderedComponent<T> dialog, string selector)
        where T : IComponent =>
        string.Join(' ', dialog.Find(selector).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
