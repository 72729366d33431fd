using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Usage;

/// <summary>Records what models were used for, and charges the whole credits that it fills up.</summary>
public sealed class UsageCommands(CreditsDatabase database)
{
    /// <summary>As many as one batch may have.</summary>
    public const int MostRecords = 1_000;

    /// <summary>Records one use. The same key and request again returns the first result. Never refused for want of credits:
    /// what the balance cannot pay stays owed. Refuses CR002, CR004 to CR006, CR012, CR013, CR016 and CR031.</summary>
    public Task<CreditResult<UsageRecord>> RecordAsync(UsageRequest request, Caller caller, CancellationToken cancel) =>
        database.App.CallRepeatableAsync(
            $"SELECT {UsageRecord.Columns("r")} FROM record_usage($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) r",
            UsageRecord.Read, cancel,
            Value(request.UserId), Value(request.Provider), Value(request.Model), Value(request.IdempotencyKey),
            Value(request.InputTokens), Value(request.OutputTokens), Value(request.CachedInputTokens), Value(request.Images),
            Parameter(request.Seconds, NpgsqlDbType.Numeric), Value(request.UsedAt), Value(request.JobId),
            Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));

    /// <summary>1 to <see cref="MostRecords"/> uses in one transaction: for each, in order, what it would have come to
    /// alone.</summary>
    public async Task<IReadOnlyList<CreditResult<UsageRecord>>> RecordManyAsync(
        IReadOnlyList<UsageRequest> requests, Caller caller, CancellationToken cancel)
    {
        try
        {
            var rows = await database.App.CallRowsRepeatableAsync(
                $"SELECT o.item, o.refusal, o.message, o.detail::text, {UsageRecord.Columns("(o.record)")} "
                + "FROM record_usage_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) o",
                row => (Item: row.GetInt32(0), Result: Read(row)), cancel,
                Array(requests, one => one.UserId, NpgsqlDbType.Uuid), Array(requests, one => one.Provider, NpgsqlDbType.Text),
                Array(requests, one => one.Model, NpgsqlDbType.Text),
                Array(requests, one => one.IdempotencyKey, NpgsqlDbType.Text),
                Array(requests, one => one.InputTokens, NpgsqlDbType.Bigint),
                Array(requests, one => one.OutputTokens, NpgsqlDbType.Bigint),
                Array(requests, one => one.CachedInputTokens, NpgsqlDbType.Bigint),
                Array(requests, one => one.Images, NpgsqlDbType.Bigint),
                Array(requests, one => one.Seconds, NpgsqlDbType.Numeric),
                Array(requests, one => one.UsedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
                Array(requests, one => one.JobId, NpgsqlDbType.Uuid),
                Value(caller.Actor), Value(caller.Via), Value(caller.RequestId));
            return [.. rows.OrderBy(row => row.Item).Select(row => row.Result)];
        }
        catch (PostgresException error) when (CreditRefusal.From(error) is { } refusal)
        {
            // The caller may no longer write: that is true for every one of them.
            return [.. requests.Select(_ => new CreditResult<UsageRecord>(null, refusal))];
        }
    }

    /// <summary>Charges what up to a hundred users in arrears owe and can pay by now; how many were charged. Any number of
    /// instances may do so at once.</summary>
    public Task<long> ChargeArrearsAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT charge_arrears()", cancel);

    /// <summary>Adds new records to the totals by day; how many ids it went on.</summary>
    public Task<long> RollUpAsync(CancellationToken cancel) =>
        database.App.CountAsync("SELECT roll_up_usage(50000)", cancel);

    private static CreditResult<UsageRecord> Read(NpgsqlDataReader row) => row.TextOrNull(1) is { } refused
        ? new(null, CreditRefusal.From(refused, row.GetString(2), row.TextOrNull(3))
            ?? throw new InvalidOperationException($"A record was refused with {refused}, which is not known here."))
        : new(UsageRecord.Read(row, 4), null);

    private static NpgsqlParameter Array<T>(
        IReadOnlyList<UsageRequest> requests, Func<UsageRequest, T> part, NpgsqlDbType type) =>
        Parameter(requests.Select(part).ToArray(), NpgsqlDbType.Array | type);
}
