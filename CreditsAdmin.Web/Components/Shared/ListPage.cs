using CreditsAdmin.Data;
using Microsoft.AspNetCore.Components;

namespace CreditsAdmin.Web.Components.Shared;

/// <summary>A list of the console. Its filters and its place stand in the address; it reads when the address changes,
/// once, though the page is rendered twice (on the server first, then in the circuit).</summary>
public abstract class ListPage<TRow> : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>The rows; null while they are being read, or when that failed.</summary>
    [PersistentState] public Page<TRow>? Rows { get; set; }

    /// <summary>The address that <see cref="Rows"/> belong to.</summary>
    [PersistentState] public string? ReadFor { get; set; }

    /// <summary>What kept the list from being read; a sentence for staff.</summary>
    protected string? Failure { get; private set; }

    /// <summary>Another page stands in its place, as after a dialog that was open when staff went back.</summary>
    protected bool IsLeft => stop.IsCancellationRequested;

    [Inject] protected CreditsDatabase Database { get; init; } = default!;

    [Inject] protected NavigationManager Navigation { get; init; } = default!;

    [Inject] private ILoggerFactory Loggers { get; init; } = default!;

    /// <summary>The page's one query.</summary>
    protected abstract Task<Page<TRow>> ReadAsync(CreditsDb db, CancellationToken cancel);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Rows is null || ReadFor != Navigation.Uri) await ReloadAsync();
    }

    /// <summary>Reads the list again, after something changed it.</summary>
    protected async Task ReloadAsync()
    {
        if (IsLeft) return;
        (Failure, ReadFor) = (null, Navigation.Uri);
        try
        {
            Rows = await Database.ReadAsync(db => ReadAsync(db, stop.Token));
        }
        catch (OperationCanceledException) when (IsLeft)
        {
            // The page was left: nobody waits for the rows.
        }
        catch (Exception error) when (Faults.IsDatabase(error))
        {
            Loggers.CreateLogger(GetType()).LogError(error, "The list could not be read");
            (Rows, Failure) = (null, "The list could not be read. Nothing was changed. Try again in a moment.");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        GC.SuppressFinalize(this);
    }
}
