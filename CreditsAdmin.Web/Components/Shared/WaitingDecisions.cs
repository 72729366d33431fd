namespace CreditsAdmin.Web.Components.Shared;

/// <summary>Tells the frame of one open console that something which waited was decided, or something waits now, so that it
/// counts again.</summary>
public sealed class WaitingDecisions
{
    /// <summary>Somebody here decided or asked for something, or found it decided.</summary>
    public event Func<Task>? Changed;

    /// <summary>Raises <see cref="Changed"/>.</summary>
    public Task ChangeAsync() => Changed?.Invoke() ?? Task.CompletedTask;
}
