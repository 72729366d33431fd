using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>Makes requests from the document: each hostile value in each field once, each whole body that is none, and as
/// many as are wanted with several things wrong at once. The same seed makes the same requests.</summary>
internal sealed class FuzzRequests(JsonElement document, FuzzWorld world, int seed)
{
    private readonly Random random = new(seed);
    private readonly IReadOnlyList<ApiCall> calls = ApiCall.All(document);

    public IEnumerable<FuzzRequest> Make(int atLeast)
    {
        var made = 0;
        // What is changed or removed is so last: until then others find it as it was made.
        foreach (var request in calls.OrderBy(call => call.Method switch { "DELETE" => 2, "PATCH" => 1, _ => 0 })
            .SelectMany(call => Steady(call).Concat(OneByOne(call)).Concat(Bodies(call)).Concat(Callers(call))))
        {
            made++;
            yield return request;
        }

        for (; made < atLeast; made++) yield return Mixed(calls[made % calls.Count]);
    }

    // Nothing wrong, but often the same key: carried out, answered again, or refused for another request. Among them what
    // chance brings about too seldom: somebody who has the newest already, a payment that was claimed with another amount, a
    // past that has a price already.
    private IEnumerable<FuzzRequest> Steady(ApiCall call) => Enumerable.Range(0, 40).Select(i =>
    {
        var given = new Dictionary<string, string?> { ["Idempotency-Key"] = $"steady-{i % 3}", ["job"] = null };
        given["effective_from"] = i % 8 == 0 ? "\"2026-01-31T10:00:00Z\"" : null;
        if (i % 4 == 1) given["If-None-Match"] = "*";
        if (i % 5 == 0)
        {
            given["Idempotency-Key"] = $"fresh-{i}";
            (given["reference"], given["amount_cents"], given["currency"]) = ("\"FIRST\"", "501", null);
            if (call.Path.EndsWith("/receipts", StringComparison.Ordinal)) given["provider"] = null;
        }

        return Build(call, given, every: i % 2 == 0);
    });

    // Each hostile value where everything else is right.
    private IEnumerable<FuzzRequest> OneByOne(ApiCall call)
    {
        foreach (var parameter in call.Parameters)
        {
            foreach (var text in Hostile.Texts) yield return Build(call, new() { [parameter.Name] = text });
            if (!parameter.IsRequired || parameter.Place != "path") yield return Build(call, new() { [parameter.Name] = null });
        }

        if (call.Body is not { } schema) yield break;
        foreach (var member in ApiCall.Members(document, schema))
        {
            foreach (var json in Hostile.Json) yield return Build(call, new() { [member] = json });
            yield return Build(call, new() { [member] = null });
        }

        yield return Build(call, new() { ["unknown"] = "1" });
    }

    private FuzzRequest Mixed(ApiCall call)
    {
        var wrong = new Dictionary<string, string?>();
        foreach (var parameter in call.Parameters)
        {
            if (random.Next(8) == 0) wrong[parameter.Name] = Any(Hostile.Texts);
            else if (random.Next(12) == 0 && parameter.Place != "path") wrong[parameter.Name] = null;
        }

        foreach (var member in call.Body is { } schema ? ApiCall.Members(document, schema) : [])
        {
            if (random.Next(8) == 0) wrong[member] = Any(Hostile.Json);
            else if (random.Next(12) == 0) wrong[member] = null;
        }

        return Build(call, wrong, random.Next(40) switch { 0 => world.Tokens.One, 1 => world.Tokens.None, _ => world.TokenFor(call, random) });
    }

    private IEnumerable<FuzzRequest> Callers(ApiCall call) =>
        new[] { world.Tokens.All, world.Tokens.One, world.Tokens.Other, world.Tokens.None, "nonsense", "ca_live_00000000_" + new string('0', 43), "a.b.c", new('a', 9_000) }
            .Select(token => Build(call, [], token, every: true));

    // Bodies that are not one JSON object in UTF-8, or not sent as one.
    private IEnumerable<FuzzRequest> Bodies(ApiCall call)
    {
        if (call.Body is null) yield break;
        string[] texts =
        [
            "", " ", "null", "1", "\"a\"", "[]", "[{}]", "{", "}", "{}", "{\"a\"", "{\"a\":}", "{}{}", "{}x", "{} //", "{\"a\":1,}",
            "\uFEFF{}", "a=1&b=2", "<a/>", new('[', 20_000), new(' ', 65_537), new(' ', 2_097_153), "{\"a\":1,\"a\":1}",
        ];
        var good = Build(call, [], every: true);
        // Where a key has no place, too.
        yield return With(good.Body!, good.ContentType, ("Idempotency-Key", "a-key"));
        foreach (var text in texts) yield return With(Encoding.UTF8.GetBytes(text), good.ContentType);
        yield return With([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], good.ContentType);
        yield return With([.. "{\"operation\":\""u8, 0xC3, 0x28, .. "\"}"u8], good.ContentType);
        yield return With([.. "{\"operation\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8], good.ContentType);
        yield return With(new byte[20 * 1024 * 1024], good.ContentType);
        yield return With(new byte[3 * 1024 * 1024], good.ContentType) with { IsChunked = true };
        yield return With(good.Body!, good.ContentType) with { IsChunked = true };
        yield return With(Zipped(10 * 1024 * 1024), good.ContentType) with { ContentEncoding = "gzip" };
        string?[] types =
        [
            null, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/xml",
            "application/json; charset=utf-16", "application/json; charset=UTF-8", "application/problem+json", "application/jsonx",
            "APPLICATION/JSON", "application/json, text/plain", "json", "application/json; charset=\"utf-8\"", "*/*",
        ];
        foreach (var type in types) yield return With(good.Body!, type);

        FuzzRequest With(byte[] body, string? type, params (string, string)[] headers)
        {
            var request = new FuzzRequest(call, good.Address, good.Token) { Body = body, ContentType = type };
            request.Headers.AddRange(headers.Length > 0 ? headers : good.Headers);
            return request;
        }
    }

    private FuzzRequest Build(ApiCall call, Dictionary<string, string?> wrong, string? token = "", bool every = false)
    {
        var address = call.Path;
        var query = new List<string>();
        var headers = new List<(string, string)>();
        foreach (var parameter in call.Parameters)
        {
            if (!wrong.TryGetValue(parameter.Name, out var value))
            {
                if (!parameter.IsRequired && !every && random.Next(2) == 0) continue;
                value = JsonSerializer.Deserialize<string>(
                    world.Value(call, parameter.Name, JsonSerializer.Serialize(parameter.Example), random));
            }

            if (value is null) continue;
            // The server itself refuses a first line of more than 8 KB, before there is a request.
            if (parameter.Place != "header" && value.Length > 2_001) value = value[..2_001];
            if (parameter.Place == "path") address = address.Replace($"{{{parameter.Name}}}", Part(value), StringComparison.Ordinal);
            else if (parameter.Place == "query") query.Add($"{parameter.Name}={Uri.EscapeDataString(value)}");
            else if (!value.Any(char.IsControl)) headers.Add((parameter.Name, value)); // others no client can send
        }

        if (wrong.TryGetValue("unknown", out _)) query.Add("unknown=1");
        var request = new FuzzRequest(
            call, address + (query.Count > 0 ? "?" + string.Join("&", query) : ""), token == "" ? world.TokenFor(call, random) : token)
        {
            Body = call.Body is { } schema ? Encoding.UTF8.GetBytes(Compose(call, schema, wrong, "", every)) : null,
        };
        request.Headers.AddRange(headers);
        return request;
    }

    // An object of this schema, with what is wrong in its place.
    private string Compose(ApiCall call, JsonElement schema, Dictionary<string, string?> wrong, string way, bool every)
    {
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToList() : [];
        var members = new List<string>();
        foreach (var member in schema.GetProperty("properties").EnumerateObject())
        {
            if (wrong.TryGetValue(way + member.Name, out var raw))
            {
                if (raw is not null) members.Add($"\"{member.Name}\":{raw}");
            }
            else if (required.Contains(member.Name) || random.Next(10) < Odds(schema, member.Name, every) || wrong.Keys.Any(key => key.StartsWith(
                $"{way}{member.Name}/", StringComparison.Ordinal)))
            {
                members.Add($"\"{member.Name}\":{Value(call, schema, member, wrong, way, every)}");
            }
        }

        if (way == "" && wrong.ContainsKey("unknown")) members.Add("\"unknown\":1");
        return $"{{{string.Join(",", members)}}}";
    }

    // Members that do not go together are not all in the example.
    private static int Odds(JsonElement schema, string member, bool every) =>
        !schema.GetProperty("examples")[0].TryGetProperty(member, out _) ? (every ? 0 : 1) : every ? 10 : 5;

    private string Value(
        ApiCall call, JsonElement schema, JsonProperty member, Dictionary<string, string?> wrong, string way, bool every)
    {
        if (ApiCall.Inner(document, member.Value) is not { } inner)
        {
            return world.Value(call, way + member.Name,
                member.Value.GetProperty("examples")[0].GetRawText(), random);
        }

        string Item() => Compose(call, inner, wrong, $"{way}{member.Name}/", every);
        return member.Value.TryGetProperty("items", out _)
            ? $"[{string.Join(",", Enumerable.Range(0, random.Next(1, 3)).Select(_ => Item()))}]"
            : Item();
    }

    // What a path has no room for, such as "/" or "..", goes in escaped.
    private static string Part(string value) => value is "" or "." or ".." ? "%20" : Uri.EscapeDataString(value);

    private string Any(string[] values) => values[random.Next(values.Length)];

    private static byte[] Zipped(int length)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest)) zip.Write(new byte[length]);
        return packed.ToArray();
    }
}
