namespace CreditsAdmin.Bench;

/// <summary>What is measured, on how much.</summary>
/// <param name="Rows">Charges and refunds that the databases hold before.</param>
/// <param name="Users">Accounts that they belong to.</param>
/// <param name="Rounds">How often every measurement is taken, in turns.</param>
/// <param name="Each">How long each one takes.</param>
/// <param name="Only">Only measurements with this text in their name; null for all.</param>
/// <param name="Json">Where every single measurement is written; null for nowhere.</param>
/// <param name="Folder">Where the database is made and removed again.</param>
/// <param name="Quick">Looks whether everything works, not how fast.</param>
internal sealed record BenchOptions(
    long Rows, int Users, int Rounds, TimeSpan Each, string? Only, string? Json, string Folder, bool Quick)
{
    /// <summary>The size of the small databases that large ones are compared with.</summary>
    public const long SmallRows = 100_000;

    /// <summary>Whether there is a small database to compare the large one with.</summary>
    public bool Large => Rows > SmallRows;

    /// <summary>The same in the least time.</summary>
    public BenchOptions Quickly() =>
        this with { Rows = 10_000, Users = 1_000, Rounds = 1, Each = TimeSpan.FromSeconds(1), Quick = true };
}
