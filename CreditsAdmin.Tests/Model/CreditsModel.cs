namespace CreditsAdmin.Tests.Model;

/// <summary>The rules of credits as one reads them in the documents, over plain collections. It shares nothing with the
/// SQL.</summary>
public sealed class CreditsModel
{
    private sealed class Job
    {
        public required int User, Cost, Free, Variant;
        public required Outcome Charged;
        public string Status = "pending";
        public int Refunded;
        public Outcome Finished;
    }

    private sealed class Receipt
    {
        public required int User, Amount, Reference;
        public string Status = "pending";
        public int Decider, Credits, Reason;
        public Outcome Decided;
    }

    private readonly (long Free, long Paid)[] balances = [(0, 0), (0, 0)];
    private readonly Dictionary<(int User, int Key), Job> charges = [];
    private readonly Dictionary<(int User, int Key), (Step Asked, Outcome Said)> grants = [];
    private readonly List<Job> jobs = [];
    private readonly List<Receipt> receipts = [];
    private readonly bool[] staff = [true, true];
    private bool keyRevoked;

    public int Jobs => jobs.Count;

    public int Receipts => receipts.Count;

    /// <summary>What must come of a step. Null: there is nothing yet that it could be about.</summary>
    public IReadOnlyList<Outcome>? Expect(Step step) => step.Act switch
    {
        Act.Grant => [Grant(step)],
        Act.Charge => [Charge(step)],
        Act.ChargeTogether => [.. step.Together().Select(Charge)],
        Act.Complete or Act.Fail or Act.Expire => jobs.Count == 0 ? null : [Finish(step, jobs[step.Pick % jobs.Count])],
        Act.Claim => [Claim(step)],
        Act.Verify or Act.Reject => receipts.Count == 0 ? null : [Decide(step, receipts[step.Pick % receipts.Count])],
        Act.Record => [Record(step)],
        Act.SwitchRole => Do(() => staff[step.Variant] = !staff[step.Variant]),
        _ => Do(() => keyRevoked = true),
    };

    private static Outcome[] Do(Action change)
    {
        change();
        return [];
    }

    private Outcome Now(int user, bool replayed = false) => new("", balances[user].Free, balances[user].Paid, replayed);

    private Outcome Move(int user, long free, long paid)
    {
        balances[user] = (balances[user].Free + free, balances[user].Paid + paid);
        return Now(user);
    }

    private Outcome Grant(Step step)
    {
        if (!staff[0]) return Outcome.Refused("CR012");
        if (step.Amount == 0) return Outcome.Refused("CR003");
        if (grants.TryGetValue((step.User, step.Pick), out var known))
        {
            return known.Asked == step ? known.Said with { Replayed = true } : Outcome.Refused("CR005");
        }

        var said = step.Variant == 0 ? Move(step.User, step.Amount, 0) : Move(step.User, 0, step.Amount);
        grants[(step.User, step.Pick)] = (step, said);
        return said;
    }

    private Outcome Charge(Step step)
    {
        if (keyRevoked) return Outcome.Refused("CR012");
        if (step.Amount == 0) return Outcome.Refused("CR003");
        if (charges.TryGetValue((step.User, step.Pick), out var known))
        {
            return known.Cost == step.Amount && known.Variant == step.Variant
                ? known.Charged with { Replayed = true }
                : Outcome.Refused("CR005");
        }

        var (free, paid) = balances[step.User];
        if (free + paid < step.Amount) return Outcome.Refused("CR001");
        var fromFree = (int)Math.Min(free, step.Amount);
        var said = Move(step.User, -fromFree, fromFree - step.Amount);
        var job = new Job { User = step.User, Cost = step.Amount, Free = fromFree, Variant = step.Variant, Charged = said };
        charges[(step.User, step.Pick)] = job;
        jobs.Add(job);
        return said;
    }

    private Outcome Finish(Step step, Job job)
    {
        if (step.Act == Act.Expire) return Expire(job);
        if (keyRevoked) return Outcome.Refused("CR012");
        if (step.Act == Act.Complete && step.Amount > job.Cost) return Outcome.Refused("CR008");
        var (status, refund) = step.Act == Act.Fail ? ("failed", job.Cost) : ("completed", job.Cost - step.Amount);
        if (job.Status == "pending") return End(job, status, refund);
        return job.Status == status && job.Refunded == refund
            ? job.Finished with { Replayed = true }
            : Outcome.Refused("CR007");
    }

    // The reaper says how many it expired; what counts is the balance then.
    private Outcome Expire(Job job) => job.Status == "pending" ? End(job, "expired", job.Cost) : Now(job.User);

    private Outcome End(Job job, string status, int refund)
    {
        var free = job.Free - Math.Min(job.Free, job.Cost - refund);
        (job.Status, job.Refunded) = (status, refund);
        return job.Finished = Move(job.User, free, refund - free);
    }

    private Outcome Claim(Step step)
    {
        if (step.Amount == 0) return Outcome.Refused("CR003");
        if (receipts.Find(one => one.Reference == step.Pick && one.Status != "rejected") is { } known)
        {
            return known.User == step.User && known.Amount == step.Amount
                ? Now(step.User, replayed: true)
                : Outcome.Refused("CR011");
        }

        receipts.Add(new() { User = step.User, Amount = step.Amount, Reference = step.Pick });
        return Now(step.User);
    }

    private Outcome Decide(Step step, Receipt receipt)
    {
        if (!staff[step.Variant]) return Outcome.Refused("CR012");
        if (step.Act == Act.Verify && step.Amount == 0) return Outcome.Refused("CR003");
        var status = step.Act == Act.Verify ? "verified" : "rejected";
        if (receipt.Status == status && receipt.Decider == step.Variant + 1
            && (status == "verified" ? receipt.Credits : receipt.Reason) == step.Amount)
        {
            return status == "verified" ? receipt.Decided with { Replayed = true } : Now(receipt.User, replayed: true);
        }

        if (receipt.Status != "pending") return Outcome.Refused("CR010");
        (receipt.Status, receipt.Decider) = (status, step.Variant + 1);
        (receipt.Credits, receipt.Reason) = (step.Amount, step.Amount);
        return receipt.Decided = status == "verified" ? Move(receipt.User, 0, step.Amount) : Now(receipt.User);
    }

    private Outcome Record(Step step)
    {
        if (!staff[0]) return Outcome.Refused("CR012");
        if (step.Amount == 0) return Outcome.Refused("CR003");
        if (receipts.Exists(one => one.Reference == step.Pick && one.Status != "rejected")) return Outcome.Refused("CR011");
        var said = Move(step.User, 0, step.Amount);
        receipts.Add(new()
        {
            User = step.User,
            Amount = step.Amount,
            Reference = step.Pick,
            Status = "verified",
            Decider = 1,
            Credits = step.Amount,
            Decided = said,
        });
        return said;
    }
}
