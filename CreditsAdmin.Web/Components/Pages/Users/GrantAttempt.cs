namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>One intent to grant credits, from the opening of the dialog to its end. However often it is sent, the key
/// makes it count once.</summary>
public sealed class GrantAttempt
{
    /// <summary>The idempotency key.</summary>
    public string Key { get; } = Guid.NewGuid().ToString();

    /// <summary>It is on its way; the dialog stays open until the answer is there to be read.</summary>
    public bool IsRunning { get; set; }
}
