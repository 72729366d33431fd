using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Web.Auth;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace CreditsAdmin.Web.Components.Pages.Adjustments;

/// <summary>A button that opens a dialog in which credits are corrected, one at a time.</summary>
public abstract class AdjustmentAction : ComponentBase
{
    private bool open;

    /// <summary>The dialog was closed, with what was done or null; what it was about may have changed in any case.</summary>
    [Parameter, EditorRequired] public EventCallback<AdjustmentOutcome?> Closed { get; set; }

    [Inject] private CreditsDatabase Database { get; init; } = default!;

    [Inject] private DialogService Dialogs { get; init; } = default!;

    [Inject] private ILoggerFactory Loggers { get; init; } = default!;

    [Inject] private WaitingDecisions Waiting { get; init; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    /// <summary>Opens the dialog unless it is open, and counts again what waits when it is closed.</summary>
    protected async Task OpenAsync<TDialog>(string title, Dictionary<string, object?> parameters)
        where TDialog : ComponentBase
    {
        // A second click of a double click arrives before the dialog covers the button.
        if (open) return;
        open = true;
        AdjustmentOutcome? outcome;
        try
        {
            outcome = await DialogRun.OpenAsync<TDialog>(Dialogs, title, parameters) as AdjustmentOutcome;
        }
        finally
        {
            open = false;
        }

        await Closed.InvokeAsync(outcome);
        await Waiting.ChangeAsync();
    }

    /// <summary>Credits of this user that whoever is signed in may move alone; null when that could not be read: the database
    /// decides in any case.</summary>
    protected async Task<long?> AloneUpToAsync(Guid userId)
    {
        if (Session.From((await Authentication).User)?.UserId == userId) return 0;
        try
        {
            return await Database.ReadAsync(db => AdjustmentQueries.LimitAsync(db, CancellationToken.None));
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Loggers.CreateLogger(GetType()).LogWarning(error, "The approval limit could not be read");
            return null;
        }
    }
}
