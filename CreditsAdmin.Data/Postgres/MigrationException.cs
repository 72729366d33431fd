namespace CreditsAdmin.Data.Postgres;

/// <summary>The schema cannot be brought up to date; the message says which file and why, or what to do.</summary>
public sealed class MigrationException(string message, Exception? cause = null) : Exception(message, cause);
