namespace CreditsAdmin.Data.Postgres;

/// <summary>How the PostgreSQL server that the app brings along is kept.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>The folder of the cluster, its password and its log; relative to the working directory.</summary>
    public string DataPath { get; init; } = ".data";

    /// <summary>The <c>bin</c> folder of PostgreSQL's programs; null looks in the usual places.</summary>
    public string? ProgramsPath { get; init; }

    /// <summary>False gives up crash safety for speed: for clusters that are thrown away, as in tests.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>How many connections the server accepts.</summary>
    public int MaxConnections { get; init; } = 100;
}
