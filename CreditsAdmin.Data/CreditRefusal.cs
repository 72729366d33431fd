using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace CreditsAdmin.Data;

/// <summary>A request that Postgres refused by a rule. Nothing was changed.</summary>
/// <param name="Code">Which rule.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Detail">The rule's numbers, as a JSON object.</param>
public sealed record CreditRefusal(RefusalCode Code, string Message, JsonElement Detail)
{
    /// <summary>The SQLSTATE, such as <c>CR001</c>.</summary>
    public string SqlState => $"CR{(int)Code:000}";

    /// <summary>A whole number of <see cref="Detail"/>, such as <c>balance</c>; null when there is none.</summary>
    public long? Number(string name) =>
        Detail.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A text of <see cref="Detail"/>, such as <c>field</c>; null when there is none.</summary>
    public string? Text(string name) =>
        Detail.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The refusal behind a database error, or null when the error is a fault.</summary>
    internal static CreditRefusal? From(PostgresException error)
    {
        if (From(error.SqlState, error.MessageText, error.Detail) is { } refusal) return refusal;

        // Text that PostgreSQL cannot store (a NUL, a lone surrogate, a number out of range) is the caller's mistake.
        return error.SqlState.StartsWith("22", StringComparison.Ordinal)
            ? new(RefusalCode.InvalidInput, "A value contains characters or numbers that cannot be stored.", Empty)
            : null;
    }

    /// <summary>The same for one item of a batch, where a refusal is a row.</summary>
    internal static CreditRefusal? From(string sqlState, string message, string? detail) =>
        sqlState.StartsWith("CR", StringComparison.Ordinal)
        && int.TryParse(sqlState.AsSpan(2), CultureInfo.InvariantCulture, out var number)
        && Enum.IsDefined((RefusalCode)number)
            ? new((RefusalCode)number, message, ParseDetail(detail))
            : null;

    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    private static JsonElement ParseDetail(string? detail)
    {
        try
        {
            return detail is null ? Empty : JsonDocument.Parse(detail).RootElement;
        }
        catch (JsonException)
        {
            return Empty; // a refusal without its numbers is still a refusal
        }
    }
}
