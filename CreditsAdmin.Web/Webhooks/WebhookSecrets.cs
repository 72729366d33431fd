using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>A new secret.</summary>
/// <param name="Text"><c>whsec_</c> and base64: what the other side verifies with. Shown once.</param>
/// <param name="Sealed">What is stored.</param>
internal sealed record NewWebhookSecret(string Text, byte[] Sealed);

/// <summary>Makes secrets, and signs with them. They are stored encrypted with the keys that also protect cookies, because a
/// signature needs the secret itself: a hash would not do.</summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private const int Bytes = 32;

    private readonly IDataProtector protector = protection.CreateProtector("CreditsAdmin.Webhooks.Secrets");

    public NewWebhookSecret Create()
    {
        var secret = RandomNumberGenerator.GetBytes(Bytes);
        return new($"whsec_{Convert.ToBase64String(secret)}", protector.Protect(secret));
    }

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, newest first.</summary>
    public string Sign(IEnumerable<byte[]> sealedSecrets, string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(' ', sealedSecrets.Select(secret =>
            $"v1,{Convert.ToBase64String(HMACSHA256.HashData(protector.Unprotect(secret), signed))}"));
    }
}
