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
                count(*) FILTER (WHERE kind = 'refund') AS refunds FROM credits.ledger_entries GROUP BY job_id) e ON e.job_id = j.id
            WHERE coalesce(e.net, 0) <> coalesce(j.refunded, 0) - j.cost OR e.charges <> 1 OR e.refunds > 1
                OR (j.status = 'failed' AND e.free <> 0)
                OR (j.status = 'completed' AND -e.free <> least(j.free_cost, j.cost - j.refunded))
            """),
        ("each verified receipt was credited once, and no other one at all", """
            SELECT count(*) FROM credits.receipts r
            WHERE (SELECT count(*) FROM credits.ledger_entries e WHERE e.receipt_id = r.id AND e.kind = 'purchase'
                    AND e.delta = r.credits) <> CASE r.status WHEN 'verified' THEN 1 ELSE 0 END
            """),
        ("each decision has its audit row", """
            SELECT count(*) FROM credits.receipts r WHERE r.status <> 'pending' AND
                (SELECT count(*) FROM credits.audit_log a WHERE a.subject_id = r.id::text
                    AND a.action = CASE r.status WHEN 'verified' THEN 'receipt.verify' ELSE 'receipt.reject' END) <> 1
            """),
        ("open lots sum up to the balance; only what came back after its lot was closed may stand beside them", """
            SELECT count(*) FROM credits.accounts a CROSS JOIN LATERAL (
                SELECT coalesce(sum(l.remaining) FILTER (WHERE l.category = 'promotional'), 0) AS free,
                    coalesce(sum(l.remaining) FILTER (WHERE l.category = 'paid'), 0) AS paid,
                    bool_or(l.remaining NOT BETWEEN 0 AND g.credits) AS outside
                FROM credits.lots_at(a.user_id, a.version, a.free, a.paid) l JOIN credits.grants g ON g.id = l.grant_id) s
            WHERE s.outside OR s.free > a.free OR s.paid > a.paid OR (s.free + s.paid < a.free + a.paid
                AND NOT EXISTS (SELECT FROM credits.grants g WHERE g.user_id = a.user_id AND g.closed_seq IS NOT NULL))
            """),
        ("each lot holds what was recorded at its last boundary", """
            SELECT count(*) FROM credits.grants g WHERE g.remaining <> CASE g.status WHEN 'open' THEN
                (SELECT r.remaining FROM credits.lot_remains r WHERE r.grant_id = g.id ORDER BY r.seq DESC LIMIT 1) ELSE 0 END
            """),
        ("each lot begins once with its credits, and ends at most once with what was left", """
            SELECT count(*) FROM credits.grants g
            CROSS JOIN LATERAL (SELECT min(r.seq) AS seq FROM credits.lot_remains r WHERE r.grant_id = g.id) b
            LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE e.delta > 0) AS begins, count(*) FILTER (WHERE e.delta < 0) AS ends,
                bool_and(CASE WHEN e.delta > 0 THEN e.delta = g.credits AND e.seq = b.seq
                    ELSE e.seq = g.closed_seq AND e.kind = CASE g.status WHEN 'expired' THEN 'expiry' ELSE 'clawback' END END) AS fit
                FROM credits.ledger_entries e WHERE e.grant_id = g.id) e ON true
            WHERE e.begins <> CASE WHEN g.source = 'refund' OR b.seq IS NULL THEN 0 ELSE 1 END OR e.ends > 1 OR NOT e.fit
            """),
        ("the order of burning and the next change are those of the lots", """
            SELECT count(*) FROM credits.accounts a
            WHERE a.lots_change_at <> coalesce((SELECT min(g.due_at) FROM credits.grants g WHERE g.user_id = a.user_id), 'infinity')
                OR (a.burn_order IS NULL) <> (credits.burn_order(a) IS NULL)
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
