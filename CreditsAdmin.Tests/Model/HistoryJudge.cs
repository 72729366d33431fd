using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Model;

/// <summary>Whether a history can have happened one call after the other. The ledger's own order is the witness: every
/// entry must follow from the one before it by the rules, and every answer must fit some moment of its call.</summary>
public static class HistoryJudge
{
    private sealed record Entry(long Seq, string Kind, Guid? Job, long Delta, long FreeDelta, long Balance, long Free);

    /// <summary>What cannot be; null when all is well.</summary>
    public static async Task<string?> FindFaultAsync(TestDatabase database, History history)
    {
        if (!history.Faults.IsEmpty) return $"a call ended with {history.Faults.First()}";
        foreach (var user in history.Accounts)
        {
            var entries = await EntriesAsync(database, user);
            var fault = OrderFault(entries) ?? AnswerFault(entries, [.. history.Charges.Where(one => one.User == user)]);
            if (fault is not null) return fault;
        }

        return null;
    }

    private static string? OrderFault(List<Entry> entries)
    {
        var (balance, free) = (0L, 0L);
        foreach (var entry in entries)
        {
            if (entry.Balance != balance + entry.Delta || entry.Free != free + entry.FreeDelta)
            {
                return $"entry {entry.Seq} does not follow from the one before it";
            }

            if (entry.Kind == "charge" && -entry.FreeDelta != Math.Min(free, -entry.Delta))
            {
                return $"charge {entry.Seq} did not take free credits first";
            }

            (balance, free) = (entry.Balance, entry.Free);
            if (free < 0 || balance < free) return $"entry {entry.Seq} leaves less than nothing";
        }

        return entries.Where(entry => entry.Job is not null).GroupBy(entry => entry.Job).Select(job =>
            job.Count(entry => entry.Kind == "charge") != 1 || job.Count(entry => entry.Kind == "refund") > 1
                ? $"job {job.Key} was charged or refunded more than once" : null).FirstOrDefault(fault => fault is not null);
    }

    private static string? AnswerFault(List<Entry> entries, History.Charge[] charges)
    {
        foreach (var key in charges.Where(one => one.Code == "").GroupBy(one => one.Key))
        {
            // Another cost than the key stands for is refused, so all who were let in got the same job and balance.
            if (key.Select(one => (one.Job, one.Cost, one.Available)).Distinct().Count() > 1) return $"{key.Key} had two results";
            if (key.Count(one => !one.Replayed) > 1) return $"{key.Key} was carried out twice";
            if (!entries.Exists(entry => entry.Job == key.First().Job && entry.Delta == -key.First().Cost
                && entry.Balance == key.First().Available))
            {
                return $"{key.Key} was acknowledged and is not in the ledger";
            }
        }

        foreach (var refused in charges.Where(one => one.Code == "CR001"))
        {
            // The account was locked at some version between the two that the caller saw.
            if (!entries.Exists(entry => entry.Seq >= refused.Before && entry.Seq <= refused.After
                && entry.Balance < refused.Cost))
            {
                return $"{refused.Key} was refused although there were always {refused.Cost} credits";
            }
        }

        return null;
    }

    private static async Task<List<Entry>> EntriesAsync(TestDatabase database, Guid user)
    {
        await using var connection = await database.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT seq, kind, job_id, delta, free_delta, balance_after, free_after "
            + "FROM credits.ledger_entries WHERE user_id = $1 ORDER BY seq";
        command.Parameters.AddWithValue(user);
        await using var row = await command.ExecuteReaderAsync();
        var entries = new List<Entry>();
        while (await row.ReadAsync())
        {
            entries.Add(new(row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetInt64(3),
                row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)));
        }

        return entries;
    }
}
