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

    public DateTimeOffset? RevokedAt { get; init; }

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
