using System.Globalization;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>What an admin typed into the grant dialog, and what is wrong with it. The database checks it again.</summary>
internal sealed class GrantForm
{
    /// <summary>More credits than this at once ask for a typed confirmation.</summary>
    public const long LargeAbove = 1_000;

    /// <summary>The most that one movement may carry, in credits.</summary>
    public const long Most = 1_000_000_000_000;

    /// <summary>Longest note, so that reason and note together fit the database's 500 characters.</summary>
    public const int LongestNote = 400;

    /// <summary>Why credits are granted by hand.</summary>
    public static IReadOnlyList<string> Reasons { get; } =
        ["Goodwill", "Correction", "Promotion", "Payment outside the system"];

    /// <summary>promotional (free credits) or paid.</summary>
    public string Category { get; set; } = "promotional";

    /// <summary>The amount as it was typed.</summary>
    public string? Amount { get; set; }

    /// <summary>One of <see cref="Reasons"/>.</summary>
    public string? Reason { get; set; }

    /// <summary>The last day on which they can be spent, in UTC; null for never.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>When what is left is lost: as that day ends, UTC.</summary>
    public DateTimeOffset? ExpiresAt => LastDay is { } day && day < DateOnly.MaxValue
        ? new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
        : null;

    /// <summary>More words for the reason; may be missing.</summary>
    public string? Note { get; set; }

    /// <summary>The user's e-mail address, typed again for a large amount.</summary>
    public string? Confirmation { get; set; }

    /// <summary>Whole credits; null while the amount is not usable.</summary>
    public long? Credits =>
        long.TryParse(Amount?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var credits)
        && credits is >= 1 and <= Most ? credits : null;

    /// <summary>Asks for <see cref="Confirmation"/>.</summary>
    public bool IsLarge => Credits > LargeAbove;

    /// <summary>The reason as it is stored: one sentence.</summary>
    public string Sentence => string.IsNullOrWhiteSpace(Note) ? Reason ?? "" : $"{Reason}: {Note.Trim()}";

    public string? AmountError => Credits is not null ? null
        : string.IsNullOrWhiteSpace(Amount) ? "Write how many credits, such as 100."
        : string.Create(CultureInfo.InvariantCulture, $"Write a whole number from 1 to {Most}, digits only.");

    public string? ReasonError => Reasons.Contains(Reason) ? null : "Choose why the credits are granted.";

    /// <summary>What is wrong with the day; <paramref name="today"/> is UTC's.</summary>
    public string? LastDayError(DateOnly today) =>
        LastDay < today ? "This day is over. Choose today or a later one." : null;

    /// <summary>What is wrong with the confirmation, which repeats <paramref name="expected"/> in any case.</summary>
    public string? ConfirmationError(string expected) =>
        !IsLarge || string.Equals(Confirmation?.Trim(), expected, StringComparison.OrdinalIgnoreCase)
            ? null : "This does not match. Type it once more.";
}
