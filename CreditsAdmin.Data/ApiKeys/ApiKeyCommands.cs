using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.ApiKeys;

/// <summary>A new key. <paramref name="Key"/> is shown once: only its hash is kept.</summary>
public sealed record NewApiKey(Guid Id, string Key);

/// <summary>The key that was revoked.</summary>
public sealed record RevokedApiKey(Guid Id);

/// <summary>Creates, rotates and revokes API keys.</summary>
public sealed class ApiKeyCommands(CreditsDatabase database)
{
    /// <summary>Creates a key that works until <paramref name="expiresAt"/> (UTC), or for ever. Refuses CR012, and CR013
    /// for a missing name, an unknown scope or an end that has passed.</summary>
    public Task<CreditResult<NewApiKey>> CreateAsync(
        string name, IReadOnlyCollection<string> scopes, Caller caller, CancellationToken cancel,
        DateTimeOffset? expiresAt = null)
    {
        var key = ApiKey.Generate();
        return database.App.CallAsync(
            "SELECT create_api_key($1, $2, $3, $4, $5, $6, $7, $8)", row => new NewApiKey(row.GetGuid(0), key), cancel,
            Value(name), Value(ApiKey.LookupOf(key)), Parameter(ApiKey.Hash(key), NpgsqlDbType.Bytea),
            Parameter(scopes.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
            Value(caller.Actor), Value(caller.Via), Value(caller.RequestId), Value(expiresAt));
    }

    /// <summary>Gives a key, by its lookup part or id, another secret. The old one works for <paramref name="overlap"/>
    /// more: 0 to 30 days. Refuses CR012 and CR013.</summary>
    public Task<CreditResult<NewApiKey>> RotateAsync(
        string lookupOrId, TimeSpan overlap, Caller caller, CancellationToken cancel)
    {
        var key = ApiKey.Generate();
        return database.App.CallAsync(
            "SELECT rotate_api_key($1, $2, $3, $4, $5, $6, $7)", row => new NewApiKey(row.GetGuid(0), key), cancel,
            Value(lookupOrId), Value(ApiKey.LookupOf(key)), Parameter(ApiKey.Hash(key), NpgsqlDbType.Bytea),
            Parameter(overlap, NpgsqlDbType.Interval), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));
    }

    /// <summary>Notes that a key is in use. Writes at most once a minute, and waits for nobody.</summary>
    public async Task TouchAsync(Guid keyId, CancellationToken cancel)
    {
        await using var command = database.App.CreateCommand("SELECT touch_api_key($1)");
        command.Parameters.Add(Value(keyId));
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Revokes a key by its lookup part or id, for good. Refuses CR012 and CR013.</summary>
    public Task<CreditResult<RevokedApiKey>> RevokeAsync(string lookup, Caller caller, CancellationToken cancel) =>
        database.App.CallAsync(
            "SELECT revoke_api_key($1, $2, $3, $4)", row => new RevokedApiKey(row.GetGuid(0)), cancel,
            Value(lookup), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));
}
