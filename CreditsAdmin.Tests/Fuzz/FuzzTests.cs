using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>Hostile requests made from the document, against the running app: it answers as the document says, never with
/// 5xx, and what it refuses changes nothing.</summary>
public class FuzzTests(FuzzApp app) : IClassFixture<FuzzApp>
{
    private const int Together = 24;

    // Nobody can bring these about with a request alone; other tests do.
    private static readonly string[] Rare =
        ["429 rate_limited", "500 internal_error", "503 service_unavailable", "503 ledger_unsound", "409 request_in_progress", "400 bad_request"];

    private static readonly int Count = Setting("CREDITS_FUZZ", 20_000);
    private static readonly int Seed = Setting("CREDITS_FUZZ_SEED", 20261121);

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hostile_requests_are_answered_as_the_document_says_and_refused_ones_change_nothing()
    {
        using var client = Client();
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Cancel)).RootElement;
        var check = new ContractCheck(document);
        var requests = new FuzzRequests(document, await FuzzWorld.CreateAsync(app), Seed).Make(Count).ToList();
        Assert.True(requests.Count >= Count);

        var first = await SendAsync(client, check, requests);
        Report(first.Faults.Concat(app.Errors));
        await AssertNothingChangesAsync(client, check, Lasting(first));
        await Laws.AssertAsync(app.Database);
        var unseen = Unseen(document, first.Seen).ToList();
        Assert.True(unseen.Count == 0, $"Promised and never seen:\n{string.Join('\n', unseen)}");
    }

    // What was refused for the state of things, such as a switched-off endpoint, may be carried out when it is sent again.
    // What remains is refused for itself, and must leave every row as it is.
    private async Task AssertNothingChangesAsync(HttpClient client, ContractCheck check, List<FuzzRequest> refused)
    {
        for (var round = 1; ; round++)
        {
            Assert.True(round <= 4 && refused.Count > Count / 2, $"Round {round}: {refused.Count} are refused.");
            var before = await Footprint.TakeAsync(app.Database);
            var again = await SendAsync(client, check, refused);
            Report(again.Faults.Concat(app.Errors));
            if (again.Refused.Count == refused.Count)
            {
                Assert.Equal(before, await Footprint.TakeAsync(app.Database));
                return;
            }

            refused = Lasting(again);
        }
    }

    private static List<FuzzRequest> Lasting(Sent sent) =>
        [.. sent.Refused.Where(one => one.Answer.Code is not "request_in_progress").Select(one => one.Request)];

    private static async Task<Sent> SendAsync(HttpClient client, ContractCheck check, List<FuzzRequest> requests)
    {
        var sent = new Sent();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = Cancel },
            async (request, cancel) =>
            {
                if (await request.SendAsync(client, cancel) is not { } answer) return;
                foreach (var fault in check.Faults(request.Call.Operation, answer)) sent.Faults.Add($"{fault}: {request}");
                sent.Seen[$"{request.Call.Method} {request.Call.Path} {answer.Status} {answer.Code}".TrimEnd()] = true;
                if (answer.Status is >= 400 and < 500) sent.Refused.Add((request, answer));
            });
        return sent;
    }

    // A promise that nothing keeps is as wrong as an answer that nothing promised.
    private static IEnumerable<string> Unseen(JsonElement document, ConcurrentDictionary<string, bool> seen) =>
        from call in ApiCall.All(document)
        from response in call.Operation.GetProperty("responses").EnumerateObject()
        from code in CodesOf(document, response.Value)
        let promise = $"{response.Name} {code}".TrimEnd()
        where !Rare.Contains(promise) && !seen.ContainsKey($"{call.Method} {call.Path} {promise}")
        select $"{call.Method} {call.Path} {promise}";

    private static IEnumerable<string> CodesOf(JsonElement document, JsonElement response) =>
        ApiCall.Resolve(document, response) is var whole && whole.TryGetProperty("content", out var content)
        && content.TryGetProperty("application/problem+json", out var problem)
            ? problem.GetProperty("schema").GetProperty("allOf")[1].GetProperty("properties").GetProperty("code")
                .GetProperty("enum").EnumerateArray().Select(code => code.GetString()!)
            : [""];

    private static void Report(IEnumerable<string> faults)
    {
        var kinds = faults.GroupBy(fault => fault.Split(": ")[0]).ToList();
        Assert.True(kinds.Count == 0, $"With seed {Seed}:\n" + string.Join("\n", kinds.Select(kind => $"{kind.Count()} × {kind.First()}")));
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        BaseAddress = new Uri(app.BaseUrl),
    };

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var set) ? set : otherwise;

    private sealed class Sent
    {
        public ConcurrentBag<string> Faults { get; } = [];

        public ConcurrentDictionary<string, bool> Seen { get; } = [];

        public ConcurrentBag<(FuzzRequest Request, Received Answer)> Refused { get; } = [];
    }
}
