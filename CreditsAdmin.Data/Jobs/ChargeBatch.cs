using Npgsql;
using NpgsqlTypes;
using static CreditsAdmin.Data.CreditsFunctions;

namespace CreditsAdmin.Data.Jobs;

/// <summary>One charge of a batch, and who asks for it.</summary>
internal readonly record struct ChargeItem(ChargeRequest Request, Caller Caller);

/// <summary>What became of one charge of a batch: a result, or the fault that kept it from being carried out.</summary>
/// <param name="Result">The job or its refusal, as a charge alone would have it.</param>
/// <param name="Fault">Set when there is no result: the account or the database was busy or away.</param>
public readonly record struct ChargeAnswer(CreditResult<JobOutcome>? Result, Exception? Fault);

/// <summary>Somebody held the account for too long. Nothing was charged; later it may be.</summary>
internal sealed class AccountBusyException(string message) : TimeoutException(message);

/// <summary>Charges, alone or many in one transaction. Every answer of a batch is what the charge alone would have
/// got.</summary>
internal static class ChargeBatch
{
    /// <summary>As many as one call of the function takes.</summary>
    public const int MostItems = 1_024;

    private const string Alone = $"SELECT {JobOutcome.Columns} FROM charge_credits($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    // What is not read is known: it stands in the request, and a job that was just charged is pending.
    private const string Many = """
        SELECT item, (job).id, (job).metadata, (job).created_at, (job).deadline, (job).available, (job).free, (job).paid,
            (job).replayed, refusal, message, detail
        FROM charge_credits_batch($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    // Faults of the connection or of the server as a whole. Smaller batches would meet them too.
    private static readonly string[] OfEveryBatch = ["08", "25", "28", "53", "57", "58"];

    /// <summary>One charge.</summary>
    public static Task<CreditResult<JobOutcome>> RunAsync(
        NpgsqlDataSource source, ChargeRequest request, Caller caller, CancellationToken cancel) =>
        source.CallRepeatableAsync(
            Alone, JobOutcome.Read, cancel,
            Value(request.UserId), Value(request.Operation), Value(request.Cost), Value(request.IdempotencyKey),
            Json(request.Metadata), Value(caller.Actor), Value(caller.Via), Value(caller.RequestId),
            Parameter(request.TimeoutSeconds, NpgsqlDbType.Integer));

    /// <summary>Many charges that came the same way, one answer for each. A batch that fails as a whole is tried again
    /// in halves, so that one charge never keeps back the others.</summary>
    public static async Task<ChargeAnswer[]> RunAsync(
        NpgsqlDataSource source, ArraySegment<ChargeItem> items, CancellationToken cancel)
    {
        try
        {
            if (items.Count > 1) return await RunManyAsync(source, items, cancel);
            return [new(await RunAsync(source, items[0].Request, items[0].Caller, cancel), null)];
        }
        catch (PostgresException error) when (items.Count > 1 && !OfEveryBatch.Contains(error.SqlState[..2]))
        {
            var half = items.Count / 2;
            ChargeAnswer[] first = await RunAsync(source, items[..half], cancel);
            return [.. first, .. await RunAsync(source, items[half..], cancel)];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return [.. items.Select(_ => new ChargeAnswer(null, error))];
        }
    }

    private static async Task<ChargeAnswer[]> RunManyAsync(
        NpgsqlDataSource source, ArraySegment<ChargeItem> items, CancellationToken cancel)
    {
        var answers = new ChargeAnswer[items.Count];
        await source.CallRowsRepeatableAsync(
            Many, row => answers[row.GetInt32(0) - 1] = Read(row, items[row.GetInt32(0) - 1].Request), cancel,
            Array(items, item => item.Request.UserId, NpgsqlDbType.Uuid),
            Array(items, item => item.Request.Operation, NpgsqlDbType.Text),
            Array(items, item => item.Request.Cost, NpgsqlDbType.Bigint),
            Array(items, item => item.Request.IdempotencyKey, NpgsqlDbType.Text),
            Array(items, item => item.Request.Metadata, NpgsqlDbType.Jsonb),
            Array(items, item => item.Caller.Actor, NpgsqlDbType.Text),
            Value(items[0].Caller.Via),
            Array(items, item => item.Caller.RequestId, NpgsqlDbType.Text),
            Array(items, item => item.Request.TimeoutSeconds, NpgsqlDbType.Integer));
        return answers;
    }

    private static NpgsqlParameter Array<T>(ArraySegment<ChargeItem> items, Func<ChargeItem, T> part, NpgsqlDbType type)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = part(items[i]);
        return Parameter(values, NpgsqlDbType.Array | type);
    }

    private static ChargeAnswer Read(NpgsqlDataReader row, ChargeRequest asked)
    {
        if (row.TextOrNull(9) is { } refused)
        {
            return CreditRefusal.From(refused, row.GetString(10), row.TextOrNull(11)) is { } refusal
                ? new(new(null, refusal), null)
                : new(null, new AccountBusyException(row.GetString(10)));
        }

        return new(new(
            new JobOutcome(
                row.GetGuid(1), asked.UserId, asked.Operation!, "pending", asked.Cost!.Value, 0, row.GetString(2),
                row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4), null, null,
                row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetBoolean(8)),
            null), null);
    }
}
