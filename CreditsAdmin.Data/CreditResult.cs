using System.Diagnostics.CodeAnalysis;

namespace CreditsAdmin.Data;

/// <summary>What a command came to: a value, or a refusal that changed nothing. Faults are exceptions.</summary>
public sealed record CreditResult<T>(T? Value, CreditRefusal? Refusal)
    where T : class
{
    /// <summary>True when the command was carried out, now or by an earlier call with the same key.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Done => Refusal is null;
}
