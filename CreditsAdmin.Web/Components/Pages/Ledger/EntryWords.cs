namespace CreditsAdmin.Web.Components.Pages.Ledger;

/// <summary>How staff read an entry.</summary>
internal static class EntryWords
{
    /// <summary>The kind, as a word that begins a line.</summary>
    public static string Kind(string kind) => char.ToUpperInvariant(kind[0]) + kind[1..];

    /// <summary>Who did it, when it was not a member of staff whose address is known.</summary>
    public static string Actor(string actor) => actor.Split(':', 2) switch
    {
        ["key", ..] => "API key",
        ["user", ..] => "The user",
        ["cli", var name] => $"{name}, command line",
        ["sql", var name] => $"{name}, SQL",
        ["system", ..] => "System",
        ["staff", ..] => "Former staff",
        _ => actor,
    };
}
