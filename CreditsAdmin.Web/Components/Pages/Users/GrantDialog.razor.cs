using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>Grants credits to one user, for a reason, once.</summary>
public sealed partial class GrantDialog
{
    // One intent from the opening of the dialog to its end: however often it is sent, it counts once.
    private readonly string idempotencyKey = Guid.NewGuid().ToString();
    private readonly GrantForm form = new();
    private ElementReference amountInput;
    private ElementReference reasonInput;
    private ElementReference lastDayInput;
    private ElementReference confirmationInput;
    private bool isChecked;
    private bool isConfirmationChecked;

    /// <summary>Who gets the credits, with the balance as it was when the dialog opened.</summary>
    [Parameter, EditorRequired] public UserRow User { get; set; } = default!;

    [Inject] private LedgerCommands Ledger { get; init; } = default!;

    private string Expected => User.Email ?? User.Id.ToString();

    private string Effect => form.Credits is { } credits ? $"Grant {CreditAmount.Words(credits)}" : "Grant credits";

    private string? AmountError => Shown(form.AmountError) ?? Refused(RefusalCode.InvalidAmount);

    private string? ReasonError => Shown(form.ReasonError);

    private string? LastDayError => Shown(form.LastDayError(Today));

    private static DateOnly Today => DateOnly.FromDateTime(DateTime.UtcNow);

    private string? NoteError => Refused(RefusalCode.InvalidInput);

    private string? ConfirmationError => isConfirmationChecked ? form.ConfirmationError(Expected) : null;

    // Refusals that belong to no field.
    private string? RefusalText => Refusal?.Code switch
    {
        null or RefusalCode.InvalidAmount or RefusalCode.InvalidInput => null,
        RefusalCode.Forbidden => "Your role does not allow this. An admin can grant credits.",
        RefusalCode.UnknownUser => "This user has no account any more. Nothing was granted.",
        RefusalCode.IdempotencyKeyReuse => "An earlier press of this button did grant credits, with other values. "
            + "Nothing more was granted. Close this and look at the ledger first.",
        _ => Refusal.Message,
    };

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender) await amountInput.FocusAsync();
    }

    /// <inheritdoc />
    protected override (string Title, string Text) Success(GrantOutcome outcome) =>
        ($"Granted {CreditAmount.Words(outcome.Credits)} to {User.Email ?? "the user"}",
            $"Balance {CreditAmount.Format(outcome.Available)}");

    private async Task SubmitAsync()
    {
        if (Run.IsRunning) return;
        ForgetAnswer();
        (isChecked, isConfirmationChecked) = (true, form.IsLarge);
        if (FirstWrong() is { } wrong)
        {
            await wrong.FocusAsync();
            return;
        }

        // Never cancelled: once it is sent, its answer is worth waiting for, even when the page is left.
        await RunAsync(caller => Ledger.GrantAsync(
            new(User.Id, form.Credits, form.Category, form.Sentence, idempotencyKey, form.ExpiresAt),
            caller, CancellationToken.None));
    }

    private ElementReference? FirstWrong() =>
        form.AmountError is not null ? amountInput
        : form.ReasonError is not null ? reasonInput
        : form.LastDayError(Today) is not null ? lastDayInput
        : form.ConfirmationError(Expected) is not null ? confirmationInput
        : null;

    private string? Shown(string? error) => isChecked ? error : null;

    private string? Refused(RefusalCode code) => Refusal?.Code == code ? Refusal.Message : null;

    private static string? Invalid(string? error) => error is null ? null : "true";
}
