using System.Globalization;
using System.Text;
using CreditsAdmin.Bench.Servers;

namespace CreditsAdmin.Bench.Loads;

/// <summary>A request that is written once; from one sending to the next only its keys and accounts change.</summary>
internal sealed class HttpRequestBytes
{
    private const char Key = '\u0001';
    private const char Account = '\u0002';
    private const int KeyLength = 36;
    private const int AccountLength = 12;

    private readonly byte[] bytes;
    private readonly int[] keys;
    private readonly int[] accounts;

    private HttpRequestBytes(string text, int jobs)
    {
        (bytes, Jobs) = (Encoding.ASCII.GetBytes(text), jobs);
        keys = Places(text, Key, KeyLength);
        accounts = Places(text, Account, AccountLength);
    }

    /// <summary>How many charges it asks for.</summary>
    public int Jobs { get; }

    /// <summary><c>POST /v1/jobs</c>.</summary>
    public static HttpRequestBytes Single(WebApp app, string apiKey) =>
        new(Text(app, apiKey, "/v1/jobs", Body(""), "Idempotency-Key: " + new string(Key, KeyLength) + "\r\n"), 1);

    /// <summary><c>POST /v1/jobs/batch</c>.</summary>
    public static HttpRequestBytes Batch(WebApp app, string apiKey, int jobs)
    {
        var key = $"\"idempotency_key\":\"{new string(Key, KeyLength)}\",";
        var body = "{\"jobs\":[" + string.Join(',', Enumerable.Repeat(Body(key), jobs)) + "]}";
        return new(Text(app, apiKey, "/v1/jobs/batch", body, ""), jobs);
    }

    /// <summary>The next request: fresh keys, accounts from 1 to <paramref name="users"/>.</summary>
    public ReadOnlyMemory<byte> Next(int users)
    {
        foreach (var place in keys) Guid.NewGuid().TryFormat(bytes.AsSpan(place, KeyLength), out _);
        foreach (var place in accounts)
        {
            var account = 1 + Random.Shared.Next(users);
            account.TryFormat(bytes.AsSpan(place, AccountLength), out _, "D12", CultureInfo.InvariantCulture);
        }

        return bytes;
    }

    private static string Body(string key)
    {
        var user = "00000000-0000-0000-0000-" + new string(Account, AccountLength);
        return $$"""{{{key}}"user":"{{user}}","operation":"{{Charge.Operation}}","cost":1,"metadata":{{Charge.Metadata}}}""";
    }

    private static string Text(WebApp app, string apiKey, string path, string body, string header) =>
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{app.Port}\r\nAuthorization: Bearer {apiKey}\r\n{header}"
        + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static int[] Places(string text, char marker, int length) =>
        [.. Enumerable.Range(0, text.Length).Where(at => text[at] == marker).Where((_, index) => index % length == 0)];
}
