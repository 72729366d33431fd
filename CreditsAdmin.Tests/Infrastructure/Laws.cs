using Npgsql;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>What must hold whatever happened. Asserted after every test that may have moved credits.</summary>
public static class Laws
{
    private static readonly (string Law, string Broken)[] All =
    [
        ("each balance is the sum of its ledger", """
            SELECT count(*) FROM credits.accounts a
            LEFT JOIN (SELECT user_id, sum(delta) AS total, sum(free_delta) AS free FROM credits.ledger_entries
                GROUP BY user_id) e ON e.user_id = a.user_id
            WHERE a.free + a.paid <> coalesce(e.total, 0) OR a.free <> coalesce(e.free, 0)
            """),
        ("each balance_after follows from the one before it", """
            SELECT count(*) FROM (SELECT balance_after, delta, free_after, free_delta,
                lag(balance_after, 1, 0) OVER chain AS before, lag(free_after, 1, 0) OVER chain AS free_before
                FROM credits.ledger_entries WINDOW chain AS (PARTITION BY user_id ORDER BY seq)) e
            WHERE balance_after <> before + delta OR free_after <> free_before + free_delta
            """),
        ("seq has no gaps and ends at the account's version", """
            SELECT count(*) FROM credits.accounts a
            LEFT JOIN (SELECT user_id, count(*) AS entries, max(seq) AS last FROM credits.ledger_entries GROUP BY user_id) e
                ON e.user_id = a.user_id
            WHERE a.version <> coalesce(e.entries, 0) OR a.version <> coalesce(e.last, 0)
            """),
        ("no balance is below zero", "SELECT count(*) FROM credits.accounts WHERE free < 0 OR paid < 0"),
        ("each job cost what it was charged less what it gave back, part by part", """
            SELECT count(*) FROM credits.jobs j
            LEFT JOIN (SELECT job_id, sum(delta) AS net, sum(free_delta) AS free, count(*) FILTER (WHERE kind = 'charge') AS charges,
                count(*) FILTER (WHERE kind = 'refund' AND adjustment_id IS NULL) AS refunds,
                coalesce(sum(delta) FILTER (WHERE adjustment_id IS NOT NULL), 0) AS staff
                FROM credits.ledger_entries GROUP BY job_id) e ON e.job_id = j.id
            WHERE coalesce(e.net, 0) <> coalesce(j.refunded, 0) - j.cost OR e.charges <> 1 OR e.refunds > 1
                OR e.net NOT BETWEEN -j.cost AND 0 OR -e.free NOT BETWEEN 0 AND j.free_cost OR e.staff <> coalesce(j.staff_refunded, 0)
                OR (j.status IN ('failed', 'expired') AND (e.net <> 0 OR e.free <> 0))
                OR (j.status = 'completed' AND -e.free <> least(j.free_cost, j.cost - j.refunded))
            """),
        ("each verified receipt was credited once, and no other one at all", """
            SELECT count(*) FROM credits.receipts r
            WHERE (SELECT count(*) FROM credits.ledger_entries e WHERE e.receipt_id = r.id AND e.kind = 'purchase'
                    AND e.delta = r.credits) <> CASE r.status WHEN 'verified' THEN 1 ELSE 0 END
            """),
        ("each posted adjustment has its one entry, and no other one at all", """
            SELECT count(*) FROM credits.adjustments a
            FULL JOIN (SELECT * FROM credits.ledger_entries WHERE adjustment_id IS NOT NULL) e ON e.adjustment_id = a.id
            WHERE (a.status = 'posted') IS DISTINCT FROM (e.id IS NOT NULL) OR (e.id IS NOT NULL AND (
                (e.user_id, e.delta, e.reverses_id, e.job_id) IS DISTINCT FROM (a.user_id, a.delta, a.reverses, a.job_id)
                OR e.free_delta <> CASE a.category WHEN 'promotional' THEN a.delta WHEN 'paid' THEN 0 ELSE e.free_delta END))
            """),
        ("a reversal undoes an entry of the same user, in both parts", """
            SELECT count(*) FROM credits.ledger_entries r JOIN credits.ledger_entries e ON e.id = r.reverses_id
            WHERE r.user_id <> e.user_id OR r.seq <= e.seq OR (e.kind = 'charge') <> (r.kind = 'refund')
                OR (e.kind <> 'charge' AND (r.delta, r.free_delta) <> (-e.delta, -e.free_delta))
            """),
        ("nobody moves more than the limit alone, nor for themselves", """
            SELECT count(*) FROM credits.adjustments a WHERE a.status = 'posted'
                AND (abs(a.delta) > a.approval_limit OR a.requested_by = 'staff:' || a.user_id)
                AND (a.decided_by IS NULL OR a.decided_by IN (a.requested_by, 'staff:' || a.user_id))
            """),
        ("each adjustment has an audit row for its request and one for its decision", """
            SELECT count(*) FROM credits.adjustments a
            WHERE (SELECT count(*) FROM credits.audit_log l WHERE l.subject_id = a.id::text)
                <> CASE WHEN a.status = 'pending' OR a.status = 'posted' AND a.decided_by IS NULL THEN 1 ELSE 2 END
            """),
        ("each decision has its audit row", """
            SELECT count(*) FROM credits.receipts r WHERE r.status <> 'pending' AND
                (SELECT count(*) FROM credits.audit_log a WHERE a.subject_id = r.id::text
                    AND a.action = CASE r.status WHEN 'verified' THEN 'receipt.verify' ELSE 'receipt.reject' END) <> 1
            """),
    ];

    /// <summary>Fails with the laws that are broken, and in how many places.</summary>
    public static async Task AssertAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync();
        foreach (var (law, broken) in All)
        {
            await using var command = new NpgsqlCommand(broken, connection);
            var places = (long)(await command.ExecuteScalarAsync())!;
            Assert.True(places == 0, $"Broken {places} times: {law}.");
        }
    }
}
