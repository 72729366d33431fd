namespace CreditsAdmin.Web.Components.Pages.Receipts;

/// <summary>Tells the frame of one open console that a receipt was decided, so that it counts again.</summary>
public sealed class WaitingReceipts
{
    /// <summary>Somebody here decided a receipt, or found one decided.</summary>
    public event Func<Task>? Changed;

    /// <summary>Raises <see cref="Changed"/>.</summary>
    public Task ChangeAsync() => Changed?.Invoke() ?? Task.CompletedTask;
}
