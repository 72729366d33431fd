using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Webhooks;

/// <summary>The delivery that was asked for.</summary>
public sealed record AskedDelivery(Guid Id);

/// <summary>A user's own threshold in credits: 0 for never, null for the one of the settings.</summary>
public sealed record LowBalance(long? Credits);

/// <summary>When which event happens.</summary>
/// <param name="LowBalance">Below so many credits a balance is low; 0 means never.</param>
/// <param name="ExpiryNoticeDays">So many days before a grant expires that is told; 0 means never.</param>
/// <param name="KeepDays">After so many days events and their deliveries are forgotten.</param>
public sealed record WebhookSettings(long LowBalance, int ExpiryNoticeDays, int KeepDays);

/// <summary>What staff and API keys do with endpoints and deliveries. Each is audited, and refuses CR012. Secrets come
/// encrypted.</summary>
public sealed class WebhookCommands(CreditsDatabase database)
{
    private const string Endpoint = $"SELECT {WebhookEndpoint.Columns} FROM ";

    /// <summary>A new endpoint with its first secret. Refuses CR013, CR048 and CR049.</summary>
    public Task<CreditResult<WebhookEndpoint>> CreateAsync(
        string? url, IReadOnlyCollection<string>? events, byte[] sealedSecret, Caller caller, CancellationToken cancel) =>
        CallAsync(Endpoint + "create_webhook_endpoint($1, $2, $3, $4, $5, $6)", WebhookEndpoint.Read, caller, cancel,
            Value(url), Texts(events), Parameter(sealedSecret, NpgsqlDbType.Bytea));

    /// <summary>Changes what is not null. Refuses CR013, CR045 and CR049.</summary>
    public Task<CreditResult<WebhookEndpoint>> ChangeAsync(
        Guid id, string? url, IReadOnlyCollection<string>? events, bool? enabled, Caller caller, CancellationToken cancel) =>
        CallAsync(Endpoint + "change_webhook_endpoint($1, $2, $3, $4, $5, $6, $7)", WebhookEndpoint.Read, caller, cancel,
            Value(id), Value(url), Texts(events), Parameter(enabled, NpgsqlDbType.Boolean));

    /// <summary>A new secret; the old ones go on beside it for so long. Refuses CR013 and CR045.</summary>
    public Task<CreditResult<WebhookEndpoint>> RotateAsync(
        Guid id, byte[] sealedSecret, TimeSpan overlap, Caller caller, CancellationToken cancel) =>
        CallAsync(Endpoint + "rotate_webhook_secret($1, $2, $3, $4, $5, $6)", WebhookEndpoint.Read, caller, cancel,
            Value(id), Parameter(sealedSecret, NpgsqlDbType.Bytea), Parameter(overlap, NpgsqlDbType.Interval));

    /// <summary>Ends an endpoint for good. Refuses CR045.</summary>
    public Task<CreditResult<WebhookEndpoint>> RemoveAsync(Guid id, Caller caller, CancellationToken cancel) =>
        CallAsync(Endpoint + "remove_webhook_endpoint($1, $2, $3, $4)", WebhookEndpoint.Read, caller, cancel, Value(id));

    /// <summary>Sends a <c>ping</c>. Refuses CR045 and CR047.</summary>
    public Task<CreditResult<AskedDelivery>> TestAsync(Guid endpointId, Caller caller, CancellationToken cancel) =>
        CallAsync("SELECT test_webhook_endpoint($1, $2, $3, $4)", row => new AskedDelivery(row.GetGuid(0)), caller, cancel,
            Value(endpointId));

    /// <summary>Sends a delivery once more, with all its retries before it. Refuses CR046 and CR047.</summary>
    public Task<CreditResult<AskedDelivery>> ResendAsync(Guid deliveryId, Caller caller, CancellationToken cancel) =>
        CallAsync("SELECT resend_webhook_delivery($1, $2, $3, $4)", row => new AskedDelivery(row.GetGuid(0)), caller, cancel,
            Value(deliveryId));

    /// <summary>Changes what is not null. Refuses CR013.</summary>
    public Task<CreditResult<WebhookSettings>> ChangeSettingsAsync(
        long? lowBalance, int? expiryNoticeDays, int? keepDays, Caller caller, CancellationToken cancel) => CallAsync(
            "SELECT low_balance, expiry_notice_days, webhook_days FROM change_webhook_settings($1, $2, $3, $4, $5, $6)",
            row => new WebhookSettings(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2)), caller, cancel,
            Value(lowBalance), Parameter(expiryNoticeDays, NpgsqlDbType.Integer), Parameter(keepDays, NpgsqlDbType.Integer));

    /// <summary>Gives one user a threshold of their own. Refuses CR002 and CR003.</summary>
    public Task<CreditResult<LowBalance>> SetLowBalanceAsync(
        Guid userId, long? credits, Caller caller, CancellationToken cancel) =>
        CallAsync("SELECT set_low_balance($1, $2, $3, $4, $5)", row => new LowBalance(row.LongOrNull(0)), caller, cancel,
            Value(userId), Value(credits));

    private static NpgsqlParameter Texts(IReadOnlyCollection<string>? texts) =>
        Parameter(texts?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);

    private Task<CreditResult<T>> CallAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, Caller caller, CancellationToken cancel, params NpgsqlParameter[] asked)
        where T : class =>
        database.App.CallAsync(
            sql, read, cancel, [.. asked, Value(caller.Actor), Value(caller.Via), Value(caller.RequestId)]);
}
