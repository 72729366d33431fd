using CreditsAdmin.Data;
using CreditsAdmin.Web.Auth;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace CreditsAdmin.Web.Components.Shared;

/// <summary>A dialog that asks before it runs one command. It closes when the command was carried out, and otherwise
/// stays to say why not. Pressing twice is safe: the second press is ignored here, and replayed by the database.</summary>
public abstract class ActionDialog<TOutcome> : ComponentBase, IDisposable
    where TOutcome : class
{
    private bool closed;

    /// <summary>Shared with whoever opened the dialog.</summary>
    [Parameter, EditorRequired] public DialogRun Run { get; set; } = default!;

    /// <summary>The rule that was in the way; null when there was none.</summary>
    protected CreditRefusal? Refusal { get; private set; }

    /// <summary>The id under which a fault stands in the log; null when there was none.</summary>
    protected string? FaultId { get; private set; }

    [Inject] private DialogService Dialogs { get; init; } = default!;

    [Inject] private NotificationService Notifications { get; init; } = default!;

    [Inject] private ILoggerFactory Loggers { get; init; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    /// <summary>What to tell after it was done: a short title and a sentence.</summary>
    protected abstract (string Title, string Text) Success(TOutcome outcome);

    /// <summary>Runs the command as the member of staff who is signed in.</summary>
    protected async Task RunAsync(Func<Caller, Task<CreditResult<TOutcome>>> command)
    {
        if (Run.IsRunning) return;
        ForgetAnswer();
        Run.IsRunning = true;
        var requestId = Guid.CreateVersion7().ToString("N");
        try
        {
            var session = Session.From((await Authentication).User)
                ?? throw new InvalidOperationException("Nobody is signed in.");
            var result = await command(Caller.Staff(session.UserId, requestId));
            if (result.Done) Finish(result.Value);
            else Refusal = result.Refusal;
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Loggers.CreateLogger(GetType()).LogError(error, "Request {RequestId} failed", requestId);
            FaultId = requestId;
        }
        finally
        {
            Run.IsRunning = false;
        }
    }

    /// <summary>Takes away what the last press was answered.</summary>
    protected void ForgetAnswer() => (Refusal, FaultId) = (null, null);

    /// <summary>Closes without doing anything.</summary>
    protected void Cancel()
    {
        if (!Run.IsRunning) Dialogs.Close();
    }

    private void Finish(TOutcome outcome)
    {
        var (title, text) = Success(outcome);
        Notifications.Notify(new NotificationMessage
        {
            Severity = NotificationSeverity.Success,
            Summary = title,
            Detail = text,
            Duration = 6000,
            CloseAriaLabel = "Close",
        });
        // A page that was left took its dialog with it.
        if (!closed) Dialogs.Close(outcome);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        closed = true;
        GC.SuppressFinalize(this);
    }
}
