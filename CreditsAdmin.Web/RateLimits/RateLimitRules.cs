using System.Globalization;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Web.Hosting;

namespace CreditsAdmin.Web.RateLimits;

/// <summary>A limit of the app itself, with what it is called in headers.</summary>
/// <param name="Name">Such as <c>key-writes</c>.</param>
/// <param name="Limit">Its counter; the type begins with <c>app:</c>, which no front end can use.</param>
internal sealed record RateLimitRule(string Name, RateLimit Limit)
{
    /// <summary>The header <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; } = $"\"{Name}\";q={Limit.MaxRequests};w={Limit.WindowSeconds}";

    /// <summary>Before the numbers of the header <c>RateLimit</c>.</summary>
    public string Prefix { get; } = $"\"{Name}\";r=";
}

/// <summary>The section <c>RateLimits</c> of the configuration: <c>Key:Reads</c>, <c>Key:Writes</c>, <c>User:Reads</c>,
/// <c>User:Writes</c>, <c>Address:Reads</c>, <c>Address:Writes</c> and <c>Address:SignIn</c>, each
/// <c>&lt;requests&gt;/&lt;seconds&gt;</c>, with <c> sliding</c> behind it or not, or <c>off</c>.</summary>
internal sealed class RateLimitRules(IConfiguration configuration)
{
    // A front end serves many users, and what it sends was allowed there; this stops one that runs wild.
    public RateLimitRule? KeyReads { get; } = Read(configuration, "Key:Reads", "60000/60");

    public RateLimitRule? KeyWrites { get; } = Read(configuration, "Key:Writes", "60000/60");

    // One person's browser, with a page that asks for the balance every second.
    public RateLimitRule? UserReads { get; } = Read(configuration, "User:Reads", "600/60");

    public RateLimitRule? UserWrites { get; } = Read(configuration, "User:Writes", "120/60");

    // Whoever shows no valid credential: documentation, pages before the sign-in, keys that are not good.
    public RateLimitRule? AddressReads { get; } = Read(configuration, "Address:Reads", "600/60");

    public RateLimitRule? AddressWrites { get; } = Read(configuration, "Address:Writes", "120/60");

    // An office signs in through one address; each attempt costs a tenth of a second of processor time.
    public RateLimitRule? SignIn { get; } = Read(configuration, "Address:SignIn", "30/60 sliding");

    private static RateLimitRule? Read(IConfiguration configuration, string place, string normal)
    {
        var setting = $"RateLimits:{place}";
        var text = configuration[setting] ?? normal;
        if (text == "off") return null;
        var name = place.Replace(':', '-').ToLowerInvariant();
        return text.Split(' ') is [var numbers, .. var rest] && Algorithm(rest) is { } algorithm
            && numbers.Split('/') is [var requests, var seconds]
            && Whole(requests) is { } most and <= 1_000_000_000 && Whole(seconds) is { } window
            ? new(name, new($"app:{name}", most, window, algorithm))
            : throw new SettingException(
                $"{setting} is \"{text}\"; it has to read like \"600/60\" (requests/seconds), \"600/60 sliding\" or \"off\".");
    }

    private static string? Algorithm(string[] rest) => rest switch
    {
        [] => RateLimit.Fixed,
        [RateLimit.Fixed or RateLimit.Sliding] => rest[0],
        _ => null,
    };

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
