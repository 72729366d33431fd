namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What lists take.</summary>
internal static class ListFields
{
    public static readonly Field User = Field.Id("user", ApiIds.User, "Only what is this user's.");

    public static readonly Field From = Field.Time("from", "Only what happened from then on.", "2026-01-01T00:00:00Z");

    public static readonly Field To = Field.Time("to", "Only what happened before then.", "2026-02-01T00:00:00Z");

    public static readonly Field Limit = Field.Whole("limit", 1, 200, "Items on a page; 50 when it is left out.", 50);

    /// <summary>Where the next page begins.</summary>
    public static Field Before(string example) =>
        Field.Text("before", 100, "The next_cursor of the page before: what is older.", example, least: 1);

    /// <summary>Where a page of what came since begins.</summary>
    public static Field After(string example) =>
        Field.Text("after", 100, "The cursor of an earlier page: what is newer. Not together with before.", example, least: 1);
}
