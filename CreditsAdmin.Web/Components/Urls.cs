using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace CreditsAdmin.Web.Components;

/// <summary>Every link of the console is built here.</summary>
internal static class Urls
{
    public const string Users = "/admin/users";
    public const string Ledger = "/admin/ledger";
    public const string LedgerHealth = "/admin/ledger/health";
    public const string Jobs = "/admin/jobs";
    public const string Receipts = "/admin/receipts";
    public const string Adjustments = "/admin/adjustments";

    public static string User(Guid userId) => $"{Users}/{userId}";

    public static string LedgerOf(Guid userId) => Filtered(Ledger, [("user", userId.ToString())]);

    /// <summary>The ledger from this entry on.</summary>
    public static string Entry(long entryId) => $"{Filtered(Ledger, [("before", Key(entryId + 1))])}#le_{Key(entryId)}";

    public static string JobsOf(Guid userId) => Filtered(Jobs, [("user", userId.ToString())]);

    public static string ReceiptsOf(Guid userId) => Filtered(Receipts, [("status", "all"), ("user", userId.ToString())]);

    /// <summary>A list with filters; those that are null or empty are left out of the address.</summary>
    public static string Filtered(string path, IEnumerable<(string Name, string? Value)> filters) =>
        QueryHelpers.AddQueryString(path, filters.Where(filter => !string.IsNullOrEmpty(filter.Value))
            .Select(filter => KeyValuePair.Create(filter.Name, filter.Value)));

    /// <summary>The text of a page's key in an address.</summary>
    public static string Key<TKey>(TKey key)
        where TKey : IFormattable => key.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>A page's key out of an address. What cannot be read is as if it were not there.</summary>
    public static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;
}
