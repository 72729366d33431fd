namespace CreditsAdmin.Data.Postgres;

/// <summary>The embedded database cannot run; the message is one sentence that says what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? cause = null) : Exception(message, cause);
