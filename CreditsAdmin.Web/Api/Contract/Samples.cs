namespace CreditsAdmin.Web.Api.Contract;

/// <summary>Ids and times that examples share.</summary>
internal static class Samples
{
    /// <summary>The cursor of a list whose cursors are seqs.</summary>
    public const string SeqCursor = "AAAAAAAAABI";

    /// <summary>The cursor of a list whose cursors are ids.</summary>
    public const string IdCursor = "AZXI8noQfD6dDw1fPB56EA";

    public static readonly Guid User = Guid.Parse("6f2a4b0e-52a5-4c6e-9d0f-0d5f3c1e7a10");

    public static readonly Guid Id = Guid.Parse("0195c8f2-7a10-7c3e-9d0f-0d5f3c1e7a10");

    public static readonly JobBalance Balance = new(98, 3, 95);

    /// <summary>So many seconds after the morning of all examples.</summary>
    public static DateTime Time(int seconds = 0) => new DateTime(2026, 1, 31, 10, 0, 0, DateTimeKind.Utc).AddSeconds(seconds);
}
