using CreditsAdmin.Data;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Components;

namespace CreditsAdmin.Web.Components.Pages.Users;

/// <summary>Everybody with an account. The search of the top bar leads here.</summary>
public sealed partial class UsersPage
{
    [SupplyParameterFromQuery] private string? Q { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    private bool IsFiltered => !string.IsNullOrWhiteSpace(Q);

    /// <inheritdoc />
    protected override Task<Page<UserRow>> ReadAsync(CreditsDb db, CancellationToken cancel) =>
        UserQueries.ListAsync(db, Q, new(UserPlace.Parse(Before), UserPlace.Parse(After)), cancel);

    private string At(string direction, UserRow user) =>
        Urls.Filtered(Urls.Users, [("q", Q), (direction, UserPlace.Of(user))]);
}
