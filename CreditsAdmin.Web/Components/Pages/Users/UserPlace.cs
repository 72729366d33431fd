using System.Globalization;
using CreditsAdmin.Data.Users;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>A place in the list of users as an address carries it: the sign-up's ticks (UTC) and the id.</summary>
internal static class UserPlace
{
    /// <summary>The place of this row.</summary>
    public static string Of(UserRow user) =>
        string.Create(CultureInfo.InvariantCulture, $"{user.CreatedAt.UtcTicks}_{user.Id}");

    /// <summary>The place that a text means; null for a text that means none.</summary>
    public static UserCursor? Parse(string? text) =>
        text?.Split('_') is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
        && time <= DateTimeOffset.MaxValue.Ticks
        && Guid.TryParse(id, out var userId)
            ? new(new(time, TimeSpan.Zero), userId)
            : null;
}
