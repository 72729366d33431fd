namespace CreditsAdmin.Tests.Lots;

/// <summary>A lot in memory.</summary>
internal sealed class ModelLot
{
    public required string Name { get; init; }

    public required bool Paid { get; init; }

    public required int Priority { get; init; }

    public required long Credits { get; init; }

    public required int Age { get; init; }

    public DateTime EffectiveAt { get; set; }

    public DateTime ExpiresAt { get; set; }

    public DateTime BurnsAt { get; set; }

    public bool Open { get; set; }

    public long Had { get; set; }

    public bool IsRefund => Name == "refund";
}

/// <summary>What a user's lots should be, told as plainly as possible: charges and refunds move two numbers, and what is
/// left in a lot is worked out from them, one lot after the other.</summary>
internal sealed class LotModel
{
    private readonly List<ModelLot> lots = [];
    private int age;

    public long Free { get; private set; }

    public long Paid { get; private set; }

    public IEnumerable<ModelLot> Order => lots.Where(lot => lot.Open)
        .OrderBy(lot => lot.Priority).ThenBy(lot => lot.BurnsAt).ThenBy(lot => lot.Paid)
        .ThenBy(lot => !lot.IsRefund).ThenBy(lot => lot.Age);

    /// <summary>What is left in each open lot, and beside them.</summary>
    public (Dictionary<ModelLot, long> Left, long NoneFree, long NonePaid) Explain()
    {
        var left = Order.ToDictionary(lot => lot, lot => lot.Had);
        return (left, Spread(left, paid: false), Spread(left, paid: true));
    }

    public ModelLot Grant(string name, bool paid, long credits, int priority, DateTime now, DateTime effectiveAt, DateTime expiresAt)
    {
        var lot = new ModelLot
        {
            Name = name,
            Paid = paid,
            Credits = credits,
            Priority = priority,
            Age = age++,
            EffectiveAt = effectiveAt,
            ExpiresAt = expiresAt,
            BurnsAt = expiresAt,
        };
        lots.Add(lot);
        if (effectiveAt <= now) Begin(lot);
        else Settle();
        return lot;
    }

    /// <summary>The free part of a charge that is covered.</summary>
    public long FreePart(long cost)
    {
        if (!IsMixed) return Math.Min(Free, cost);
        var (free, rest, left) = (0L, cost, Explain().Left);
        foreach (var lot in Order)
        {
            var taken = Math.Min(rest, left[lot]);
            rest -= taken;
            if (!lot.Paid) free += taken;
        }

        return free;
    }

    public void Charge(long cost)
    {
        var free = FreePart(cost);
        Move(-free, free - cost);
    }

    public void Refund(long free, long paid)
    {
        var mixed = IsMixed;
        Move(free, paid);
        if (mixed) Settle();
    }

    public void Close(ModelLot lot)
    {
        Settle();
        if (lot.Open) Move(lot.Paid ? 0 : -lot.Had, lot.Paid ? -lot.Had : 0);
        lots.Remove(lot);
        Settle();
    }

    /// <summary>Time goes on: every time comes nearer.</summary>
    public void Pass(TimeSpan time, DateTime now)
    {
        foreach (var lot in lots)
        {
            if (lot.EffectiveAt > DateTime.MinValue) lot.EffectiveAt -= time;
            if (lot.ExpiresAt < DateTime.MaxValue) lot.ExpiresAt -= time;
            if (lot.BurnsAt < DateTime.MaxValue) lot.BurnsAt -= time;
        }

        while (lots.Where(lot => Due(lot) <= now).OrderBy(Due).ThenBy(lot => !lot.Open).ThenBy(lot => lot.Age).FirstOrDefault()
            is { } due)
        {
            if (due.Open) Close(due);
            else Begin(due);
        }
    }

    private static DateTime Due(ModelLot lot) => lot.Open ? lot.ExpiresAt : lot.EffectiveAt;

    private bool IsMixed
    {
        get
        {
            var (turns, paid) = (0, false);
            foreach (var lot in Order)
            {
                if (lot.Paid != paid) turns++;
                paid = lot.Paid;
            }

            return turns > 1;
        }
    }

    private void Begin(ModelLot lot)
    {
        Settle();
        (lot.Open, lot.Had) = (true, lot.Credits);
        Move(lot.Paid ? 0 : lot.Credits, lot.Paid ? lot.Credits : 0);
        Settle();
    }

    private void Move(long free, long paid) => (Free, Paid) = (Free + free, Paid + paid);

    private void Settle()
    {
        foreach (var paid in new[] { false, true })
        {
            var (left, noneFree, nonePaid) = Explain();
            foreach (var (lot, credits) in left) lot.Had = credits;
            if ((paid ? nonePaid : noneFree) is not (> 0 and var credits2)) continue;
            var order = Order.ToList();
            var before = order.Find(lot => lot.Paid == paid) ?? (paid ? order.LastOrDefault() : order.FirstOrDefault());
            lots.Add(new()
            {
                Name = "refund",
                Paid = paid,
                Credits = credits2,
                Priority = before?.Priority ?? 100,
                Age = age++,
                ExpiresAt = DateTime.MaxValue,
                BurnsAt = before?.BurnsAt ?? DateTime.MaxValue,
                Open = true,
                Had = credits2,
            });
        }
    }

    // Takes what was spent since the last settling from the lots, or gives back; returns what fits into none.
    private long Spread(Dictionary<ModelLot, long> left, bool paid)
    {
        var own = Order.Where(lot => lot.Paid == paid).ToList();
        var spent = own.Sum(lot => lot.Had) - (paid ? Paid : Free);
        foreach (var lot in own)
        {
            var taken = Math.Clamp(spent, 0, lot.Had);
            left[lot] -= taken;
            spent -= taken;
        }

        foreach (var lot in own.AsEnumerable().Reverse())
        {
            var given = Math.Clamp(-spent, 0, lot.Credits - left[lot]);
            left[lot] += given;
            spent += given;
        }

        return -spent;
    }
}
