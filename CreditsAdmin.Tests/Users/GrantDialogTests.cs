using System.Security.Claims;
using AngleSharp.Dom;
using Bunit.TestDoubles;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Components.Pages.Users;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace CreditsAdmin.Tests.Users;

/// <summary>What the dialog says before anything is sent, and when the database cannot be reached: nothing listens on
/// its port here.</summary>
public sealed class GrantDialogTests : BunitContext
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Password=none;Database=none;Timeout=2;Pooling=false";
    private readonly DialogRun run = new();

    public GrantDialogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        Services.AddSingleton(new LedgerCommands(new CreditsDatabase(DatabaseLogins.From(Nowhere))));
        this.AddAuthorization().SetAuthorized("admin@example.com")
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, Guid.NewGuid().ToString()));
    }

    [Fact]
    public void The_dialog_says_what_the_balance_will_be_while_the_amount_is_typed()
    {
        var dialog = Open();
        Assert.Equal("Now 40", Effect(dialog));

        dialog.Find("#grant-amount").Input("100");

        Assert.Equal("Now 40 → after 140", Effect(dialog));
        Assert.Equal("Grant 100 credits", Submit(dialog).TextContent.Trim());
    }

    [Theory]
    [InlineData("1", "Grant 1 credit")]
    [InlineData(" 250 ", "Grant 250 credits")]
    [InlineData("0", "Grant credits")]
    [InlineData("-5", "Grant credits")]
    [InlineData("1.5", "Grant credits")]
    [InlineData("1,000", "Grant credits")]
    [InlineData("1000000000001", "Grant credits")]
    public void The_button_names_an_amount_only_when_it_is_a_usable_one(string amount, string label)
    {
        var dialog = Open();

        dialog.Find("#grant-amount").Input(amount);

        Assert.Equal(label, Submit(dialog).TextContent.Trim());
    }

    [Fact]
    public void An_empty_form_is_not_sent_and_says_what_is_missing_beside_each_field()
    {
        var dialog = Open();
        Assert.Empty(dialog.FindAll(".field-error"));

        dialog.Find("form").Submit();

        Assert.Equal(
            ["Write how many credits, such as 100.", "Choose why the credits are granted."],
            dialog.FindAll(".field-error").Select(error => error.TextContent.Trim()));
        Assert.Equal("true", dialog.Find("#grant-amount").GetAttribute("aria-invalid"));
        Assert.Equal("grant-amount-note", dialog.Find("#grant-amount").GetAttribute("aria-describedby"));
        Assert.Empty(dialog.FindAll(".notice"));
    }

    [Theory]
    [InlineData("1000", false)]
    [InlineData("1001", true)]
    public void Only_a_large_amount_asks_for_the_address_to_be_typed(string amount, bool asks)
    {
        var dialog = Open();

        dialog.Find("#grant-amount").Input(amount);

        Assert.Equal(asks, dialog.FindAll("#grant-confirmation").Count == 1);
        Assert.Empty(dialog.FindAll(".field-error"));
    }

    [Fact]
    public void A_large_amount_is_not_sent_before_the_address_is_typed()
    {
        var dialog = Fill("1001");
        dialog.Find("#grant-confirmation").Input("bo@example.com");

        dialog.Find("form").Submit();

        Assert.Equal("This does not match. Type it once more.", dialog.Find(".field-error").TextContent.Trim());
        Assert.Empty(dialog.FindAll(".notice"));

        dialog.Find("#grant-confirmation").Input(" ANA@example.com ");
        Assert.Empty(dialog.FindAll(".field-error"));
    }

    [Fact]
    public void A_lost_database_leaves_the_form_as_it_was_for_the_next_press()
    {
        var dialog = Fill("100");

        dialog.Find("form").Submit();
        dialog.WaitForElement(".notice-bad", TimeSpan.FromSeconds(10));

        Assert.Contains("Nothing was granted twice: pressing again is safe.", dialog.Find(".notice-bad").TextContent);
        Assert.False(run.IsRunning);
        Assert.Equal("100", dialog.Find("#grant-amount").GetAttribute("value"));
        Assert.Equal("Grant 100 credits", Submit(dialog).TextContent.Trim());
    }

    [Fact]
    public void A_second_press_while_the_first_is_on_its_way_does_nothing()
    {
        var dialog = Open();
        run.IsRunning = true;

        // Were it looked at, an empty form would show what is missing.
        dialog.Find("form").Submit();

        Assert.Empty(dialog.FindAll(".field-error"));
        Assert.Equal("true", Submit(dialog).GetAttribute("aria-disabled"));
        Assert.True(run.IsRunning);
    }

    [Fact]
    public void Every_field_has_a_label()
    {
        var dialog = Fill("2000");

        foreach (var input in dialog.FindAll("input:not([type=radio]), select"))
        {
            Assert.Single(dialog.FindAll($"label[for='{input.Id}']"));
        }

        Assert.Equal("Kind", dialog.Find("fieldset legend").TextContent);
        Assert.All(dialog.FindAll("input[type=radio]"), radio => Assert.Equal("label", radio.ParentElement!.LocalName));
    }

    private IRenderedComponent<GrantDialog> Open() => Render<GrantDialog>(parameters => parameters
        .Add(dialog => dialog.Run, run)
        .Add(dialog => dialog.User, new UserRow(
            Guid.NewGuid(), "ana@example.com", "Ana", false, DateTimeOffset.UnixEpoch, null, Free: 15, Paid: 25)));

    private IRenderedComponent<GrantDialog> Fill(string amount)
    {
        var dialog = Open();
        dialog.Find("#grant-amount").Input(amount);
        dialog.Find("#grant-reason").Change("Goodwill");
        return dialog;
    }

    private static IElement Submit(IRenderedComponent<GrantDialog> dialog) => dialog.Find(".btn-primary");

    private static string Effect(IRenderedComponent<GrantDialog> dialog) => string.Join(
        ' ', dialog.Find(".effect > :last-child").TextContent
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
