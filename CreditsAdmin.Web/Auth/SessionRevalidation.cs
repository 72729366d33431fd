using CreditsAdmin.Data;
using CreditsAdmin.Data.Staff;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace CreditsAdmin.Web.Auth;

/// <summary>An open console outlives its cookie: it asks every 30 seconds whether the session is still good.</summary>
internal sealed class SessionRevalidation(CreditsDatabase database, ILoggerFactory loggers)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        if (Session.From(authenticationState.User) is not { } session) return false;
        var record = await database.ReadAsync(db => StaffQueries.FindSignInAsync(db, session.UserId, cancellationToken));
        return Session.IsStillGood(authenticationState.User, record);
    }
}
