using System.Text;

namespace CreditsAdmin.Web.Auth;

/// <summary>The section <c>Supabase</c> of the configuration. While neither a secret nor an address is set, no user's token is
/// accepted.</summary>
internal sealed class UserTokenOptions
{
    /// <summary>The project's JWT secret, for tokens signed with HS256.</summary>
    public string? JwtSecret { get; set; }

    /// <summary>The project's address, such as <c>https://example.supabase.co</c>: tokens must be issued by it, and its keys
    /// are read from it.</summary>
    public string? Url { get; set; }

    /// <summary>Where the project's public keys are, when that is not below <see cref="Url"/>.</summary>
    public string? JwksUrl { get; set; }

    /// <summary>Accepts the tokens of anonymous users too.</summary>
    public bool AnonymousUsers { get; set; }

    /// <summary>Where the public keys are read, for tokens signed with ES256 or RS256; null for nowhere.</summary>
    public Uri? KeysAddress =>
        !string.IsNullOrEmpty(JwksUrl) ? new(JwksUrl)
        : !string.IsNullOrEmpty(Url) ? new($"{Url.TrimEnd('/')}/auth/v1/.well-known/jwks.json")
        : null;

    /// <summary>What the tokens' iss must be; null: not looked at.</summary>
    public string? Issuer => string.IsNullOrEmpty(Url) ? null : $"{Url.TrimEnd('/')}/auth/v1";

    /// <summary>A secret that can be guessed is worse than none.</summary>
    public bool HasUsableSecret => string.IsNullOrEmpty(JwtSecret) || Encoding.UTF8.GetByteCount(JwtSecret) >= 32;

    /// <summary>Whoever can change an answer on its way can sign as anybody.</summary>
    public bool HasUsableAddresses => IsUsable(Url) && IsUsable(JwksUrl);

    private static bool IsUsable(string? address) =>
        string.IsNullOrEmpty(address)
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)));
}
