using System.Security.Cryptography;
using System.Text;

namespace CreditsAdmin.Data.ApiKeys;

/// <summary>A key that works, as the API needs to know it.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; }

    /// <summary>The part between <c>ca_live_</c> and the secret; finds the key and proves nothing.</summary>
    public string Lookup { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>SHA-256 of the whole key. A fast hash is right for 256 random bits.</summary>
    public byte[] SecretHash { get; init; } = [];

    /// <summary>Some of <see cref="KnownScopes"/>.</summary>
    public string[] Scopes { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>From then on it does not work; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To the minute; null while it was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The lookup part before the last rotation.</summary>
    public string? PreviousLookup { get; init; }

    /// <summary>SHA-256 of the key before the last rotation.</summary>
    public byte[]? PreviousHash { get; init; }

    /// <summary>Until then the key before the last rotation works too.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Whether this text is the key, or the one before it while that works.</summary>
    /// <param name="until">When the text stops working by itself; null for never.</param>
    public bool Is(string key, DateTimeOffset now, out DateTimeOffset? until)
    {
        var hash = Hash(key);
        var current = CryptographicOperations.FixedTimeEquals(SecretHash, hash);
        var previous = PreviousHash is not null && CryptographicOperations.FixedTimeEquals(PreviousHash, hash);
        until = current || ExpiresAt < PreviousUntil ? ExpiresAt : PreviousUntil;
        return (current || previous) && RevokedAt is null && !(until <= now);
    }

    /// <summary>Everything a key can be allowed.</summary>
    public static IReadOnlyList<string> KnownScopes { get; } =
    [
        "jobs:write", "jobs:read", "balances:read", "ledger:read", "grants:write",
        "receipts:read", "receipts:write", "prices:read", "prices:write",
        "usage:read", "usage:write", "rate_limits:check", "webhooks:write",
    ];

    /// <summary>What a key can do when nobody says otherwise: run jobs and show what they cost. Whatever makes credits or
    /// prices is given by name.</summary>
    public static IReadOnlyList<string> DefaultScopes { get; } =
        ["jobs:write", "jobs:read", "balances:read", "ledger:read", "prices:read"];

    /// <summary>Makes a key of 256 random bits: <c>ca_live_&lt;lookup&gt;_&lt;secret&gt;</c>. Shown once, never
    /// stored.</summary>
    public static string Generate() =>
        $"ca_live_{RandomNumberGenerator.GetString(Alphabet, 8)}_{RandomNumberGenerator.GetString(Alphabet, 43)}";

    /// <summary>The lookup part of a key; null when the text does not have the form of one.</summary>
    public static string? LookupOf(string key) =>
        key.Split('_') is ["ca", "live", { Length: 8 } lookup, { Length: 43 }] ? lookup : null;

    /// <summary>What is stored of a key.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
}
