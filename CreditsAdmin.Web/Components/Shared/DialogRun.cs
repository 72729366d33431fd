using Microsoft.AspNetCore.Components;
using Radzen;

namespace CreditsAdmin.Web.Components.Shared;

/// <summary>Whether the command of one open <see cref="ActionDialog{TOutcome}"/> is on its way.</summary>
public sealed class DialogRun
{
    /// <summary>Nothing closes the dialog now: its answer is worth waiting for.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Opens the dialog and waits until it is closed. Returns its outcome; null when nothing was
    /// done.</summary>
    public static async Task<object?> OpenAsync<TDialog>(
        DialogService dialogs, string title, Dictionary<string, object?> parameters)
        where TDialog : ComponentBase
    {
        var run = new DialogRun();
        parameters["Run"] = run;
        return await dialogs.OpenAsync<TDialog>(title, parameters, new()
        {
            Width = "28rem",
            CloseAriaLabel = "Close",
            // The kit focuses half a second late, when somebody may be typing already.
            AutoFocusFirstElement = false,
            CanClose = () => Task.FromResult(!run.IsRunning),
        });
    }
}
