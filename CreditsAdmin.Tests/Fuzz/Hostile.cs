using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>What must not be believed: values that break parsers, databases, spreadsheets and pages.</summary>
internal static class Hostile
{
    /// <summary>Texts, for paths, queries, headers and, as JSON strings, bodies. All of them can be sent in UTF-8.</summary>
    public static string[] Texts { get; } =
    [
        "", " ", "*", "a", "0", "-1", "1", "-0", "+1", "1.5", "1e3", "1e400", "01", "0x10", "2147483648", "9223372036854775807",
        "9223372036854775808", "1000000000000", "1000000000001", "1_000", "1,5", "NaN", "Infinity", "-Infinity", "infinity",
        "0.0000025", "-0.1", "1e-7", new('9', 60), "0." + new string('0', 60) + "1", "null", "true", "undefined", "[object Object]",
        "' OR 1=1--", "'; DROP TABLE credits.jobs; --", "%_\\", "\\", "\"", "${7*7}", "{{7*7}}", "$(id)", "`id`", "; ls", "| cat",
        "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "http://169.254.169.254/latest/", "=1+1", "+1+1", "@SUM(A1)",
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "javascript:alert(1)",
        "\u202Egnp.exe", "a\u200Bb\u200C", "\uFEFF", "аdmin@example.com", "Ａ", "ß", "İ", "é", "e\u0301", "👩‍👩‍👧‍👦",
        new string('\u0301', 50), "日本語", "\u0085", "\u2028",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{00000000-0000-0000-0000-000000000001}",
        "(00000000-0000-0000-0000-000000000001)", "urn:uuid:00000000-0000-0000-0000-000000000001", "00000000000000000000000000000001",
        "0X0000000,0x0000,0x0000,{0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x01}", "usr_", "usr_usr_00000000-0000-0000-0000-000000000001",
        "job_00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000g",
        "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
        "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+25:00", "2026-02-30T10:00:00Z", "2026-01-31", "epoch", "now", "294276-12-31T23:59:59Z", "-infinity",
        new('k', 64), new('k', 65), new('k', 100), new('k', 101), new('k', 255), new('k', 256), new('k', 2_000), new('k', 2_001),
        Noise(9_000),
    ];

    /// <summary>JSON values for any member of a body, as they are written. Some are no JSON at all.</summary>
    public static string[] Json { get; } =
    [
        .. Texts.Select(text => JsonSerializer.Serialize(text)),
        "null", "true", "false", "{}", "[]", "0", "-1", "1", "-0", "1.5", "1e3", "1.0", "1e400", "-1e400", "1e-400", "2147483648",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1000000000000", "1000000000001", new('9', 400),
        "0." + new string('0', 400) + "1", "NaN", "Infinity", "01", "+1", ".5", "1.", "0x10", "'a'", "undefined", "",
        "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00a\"", "\"\\ud800\\ud800\"", "\"\\u202e\"", "\"\\x41\"", "\"\t\"",
        "\"a\nb\"", "\"", "{\"a\":\"\\u0000\"}", "{\"a\\u0000\":1}", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}",
        "{\"a\":1e400}", "{\"__proto__\":{\"a\":1}}", "{\"\":1}", "{\"a\":" + new string('9', 400) + "}", "[null]", "[[]]",
        "[1,\"a\",{}]", "{\"a\":[{\"b\":\"\\u0000\"}]}", Deep(30), Deep(33), Deep(65), Deep(5_000), Objects(30), Objects(40),
        $"{{\"a\":\"{new string('a', 16_370)}\"}}", $"{{\"a\":\"{new string('a', 16_384)}\"}}", $"\"{new string('a', 60_000)}\"",
        $"[{string.Join(",", Enumerable.Repeat("1", 2_000))}]", "{\"a\":1}}", "1 2", "/* */ 1", "1,",
    ];

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);

    private static string Objects(int levels) =>
        new StringBuilder().Insert(0, "{\"a\":", levels).Append('1').Append('}', levels).ToString();

    // The same in every run. Does not compress, as a long key in an index would.
    private static string Noise(int length)
    {
        var random = new Random(1);
        return string.Create(length, random, (span, one) => { foreach (ref var letter in span) letter = (char)one.Next('!', '~' + 1); });
    }
}
