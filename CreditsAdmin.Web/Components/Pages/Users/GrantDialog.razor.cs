using CreditsAdmin.Data;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Auth;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>Grants credits to one user, for a reason, once.</summary>
public sealed partial class GrantDialog : IDisposable
{
    private readonly GrantForm form = new();
    private ElementReference amountInput;
    private ElementReference reasonInput;
    private ElementReference confirmationInput;
    private CreditRefusal? refusal;
    private string? failedRequestId;
    private bool isChecked;
    private bool isConfirmationChecked;
    private bool isGone;

    /// <summary>Who gets the credits, with the balance as it was when the dialog opened.</summary>
    [Parameter, EditorRequired] public UserRow User { get; set; } = default!;

    /// <summary>The intent, with its key.</summary>
    [Parameter, EditorRequired] public GrantAttempt Attempt { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject] private LedgerCommands Ledger { get; init; } = default!;

    [Inject] private DialogService Dialogs { get; init; } = default!;

    [Inject] private NotificationService Notifications { get; init; } = default!;

    [Inject] private ILogger<GrantDialog> Logger { get; init; } = default!;

    private string Expected => User.Email ?? User.Id.ToString();

    private string Effect => form.Credits is { } credits ? $"Grant {Amount(credits)}" : "Grant credits";

    /// <summary>Opens the dialog; the answer is what was granted, or null when nothing was.</summary>
    public static async Task<GrantOutcome?> OpenAsync(DialogService dialogs, UserRow user)
    {
        var attempt = new GrantAttempt();
        return await dialogs.OpenAsync<GrantDialog>(
            "Grant credits",
            new() { [nameof(User)] = user, [nameof(Attempt)] = attempt },
            new()
            {
                Width = "28rem",
                CloseAriaLabel = "Close",
                // The kit focuses half a second late, when somebody may be typing already.
                AutoFocusFirstElement = false,
                CanClose = () => Task.FromResult(!attempt.IsRunning),
            }) as GrantOutcome;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender) await amountInput.FocusAsync();
    }

    private async Task SubmitAsync()
    {
        if (Attempt.IsRunning) return;
        (isChecked, isConfirmationChecked, refusal, failedRequestId) = (true, form.IsLarge, null, null);
        if (FirstWrong() is { } wrong)
        {
            await wrong.FocusAsync();
            return;
        }

        Attempt.IsRunning = true;
        try
        {
            await SendAsync();
        }
        finally
        {
            Attempt.IsRunning = false;
        }
    }

    private async Task SendAsync()
    {
        var requestId = Guid.NewGuid().ToString("N")[..8];
        var session = Session.From((await Authentication).User)!;
        try
        {
            // Never cancelled: once it is sent, its answer is worth waiting for, even when the page is left.
            var grant = await Ledger.GrantAsync(
                new(User.Id, form.Credits, form.Category, form.Sentence, Attempt.Key),
                Caller.Staff(session.UserId, requestId), CancellationToken.None);
            if (grant.Done) Finish(grant.Value);
            else refusal = grant.Refusal;
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Logger.LogError(error, "The grant of request {RequestId} was not answered", requestId);
            failedRequestId = requestId;
        }
    }

    private void Finish(GrantOutcome grant)
    {
        Notifications.Notify(new NotificationMessage
        {
            Severity = NotificationSeverity.Success,
            Summary = $"Granted {Amount(grant.Credits)} to {User.Email ?? "the user"}",
            Detail = $"Balance {CreditAmount.Format(grant.Available)}",
            Duration = 6000,
            CloseAriaLabel = "Close",
        });
        if (!isGone) Dialogs.Close(grant);
    }

    private ElementReference? FirstWrong() =>
        form.AmountError is not null ? amountInput
        : form.ReasonError is not null ? reasonInput
        : form.ConfirmationError(Expected) is not null ? confirmationInput
        : null;

    private string? Shown(string? error) => isChecked ? error : null;

    private static string? Invalid(string? error) => error is null ? null : "true";

    private static string Amount(long credits) =>
        CreditAmount.Format(credits) + (credits == 1 ? " credit" : " credits");

    /// <inheritdoc />
    public void Dispose() => isGone = true;
}
