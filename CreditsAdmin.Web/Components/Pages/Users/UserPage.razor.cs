using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Web.Auth;
using CreditsAdmin.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>Everything about one user on one page, and the place where an admin grants credits.</summary>
public sealed partial class UserPage : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private string? failure;
    private bool mayGrant;
    private bool isGranting;
    private long? newEntryId;

    /// <summary>Whose page this is.</summary>
    [Parameter] public Guid Id { get; set; }

    /// <summary>What was read; null while it is being read, when that failed, or when there is no such user.</summary>
    [PersistentState] public UserView? View { get; set; }

    /// <summary>The user that <see cref="View"/> is about.</summary>
    [PersistentState] public Guid? ReadFor { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    // There is a request only while the page is rendered for the first time, on the server.
    [CascadingParameter] private HttpContext? Http { get; set; }

    [Inject] private CreditsDatabase Database { get; init; } = default!;

    [Inject] private DialogService Dialogs { get; init; } = default!;

    [Inject] private ILogger<UserPage> Logger { get; init; } = default!;

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        mayGrant = Session.From((await Authentication).User)?.Role == "admin";
        if (ReadFor != Id) await ReloadAsync();
        if (View is null && failure is null) AnswerNotFound();
    }

    // Set as the answer begins: a 404 before that would be replaced by the app's general page, which helps staff less.
    private void AnswerNotFound() => Http?.Response.OnStarting(() =>
    {
        Http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    private async Task ReloadAsync()
    {
        failure = null;
        try
        {
            View = await Database.ReadAsync(db => UserView.ReadAsync(db, Id, stop.Token));
            ReadFor = Id;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The page was left: nobody waits for it.
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Logger.LogError(error, "The user could not be read");
            failure = "The user could not be read. Nothing was changed. Try again in a moment.";
        }
    }

    // Whatever became of it, what stands here afterwards is the truth.
    private async Task AfterAdjustmentAsync(AdjustmentOutcome? outcome)
    {
        if (stop.IsCancellationRequested) return;
        newEntryId = outcome?.EntryId;
        await ReloadAsync();
    }

    private async Task GrantAsync()
    {
        // A second click of a double click arrives before the dialog covers the button.
        if (isGranting || View is null) return;
        isGranting = true;
        var outcome = await DialogRun.OpenAsync<GrantDialog>(
            Dialogs, "Grant credits", new() { [nameof(GrantDialog.User)] = View.User }) as GrantOutcome;
        isGranting = false;
        if (stop.IsCancellationRequested) return;
        newEntryId = outcome?.EntryId;
        // Whatever became of the grant, what stands here afterwards is the truth.
        await ReloadAsync();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }
}
