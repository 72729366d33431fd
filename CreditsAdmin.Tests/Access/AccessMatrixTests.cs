using System.Text.Json;
using CreditsAdmin.Tests.Contract;
using CreditsAdmin.Tests.Fuzz;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.Access;

/// <summary>Every route of the running app, asked by every kind of caller, against the table in docs/access.md.</summary>
public class AccessMatrixTests(FuzzApp app) : IClassFixture<FuzzApp>
{
    private const string Table = "docs/access.md";

    private static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_answers_every_caller_as_the_table_says()
    {
        var callers = await AccessCallers.CreateAsync(app);
        using var plain = app.CreateClient();
        var document = JsonDocument.Parse(await plain.GetStringAsync("/openapi/v1.json", Cancel)).RootElement;
        var requests = new AccessRequests(callers, document);
        List<string> rows =
        [
            $"| Route | {string.Join(" | ", AccessCallers.Names)} |",
            $"|---|{string.Concat(AccessCallers.Names.Select(_ => "---|"))}",
        ];

        foreach (var (route, endpoint) in Routes())
        {
            var cells = new List<string>();
            foreach (var caller in AccessCallers.Names)
            {
                string[] scopes = endpoint.Metadata.GetMetadata<RequiredScope>()?.Names ?? ["jobs:read"];
                // Whoever may write may read.
                var client = caller != "key without the scope" ? callers[caller]
                    : await AccessCallers.WithoutAsync(app, scopes.SelectMany(scope => new[] { scope, scope.Replace(":read", ":write", StringComparison.Ordinal) }));
                using var request = await requests.MakeAsync(route);
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                cells.Add(Cell(answer));
            }

            rows.Add($"| `{route}` | {string.Join(" | ", cells)} |");
        }

        var head = Repository.Read(Table).Split("\n| Route")[0].TrimEnd('\n');
        await Laws.AssertAsync(app.Database);
        Committed.Matches(Table, $"{head}\n\n{string.Join('\n', rows)}\n");
    }

    private static string Cell(HttpResponseMessage answer) =>
        answer.Headers.Location is { } location && (int)answer.StatusCode is >= 300 and < 400
            ? $"{(int)answer.StatusCode} {(location.IsAbsoluteUri ? location.AbsolutePath : location.OriginalString).Split('?')[0]}"
            : $"{(int)answer.StatusCode}";

    // Files are for everybody, and there are hundreds of them.
    private SortedDictionary<string, Endpoint> Routes() => new((
        from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (Route: $"{method} {endpoint.RoutePattern.RawText}", endpoint))
        .DistinctBy(one => one.Route).ToDictionary(one => one.Route, Endpoint (one) => one.endpoint), StringComparer.Ordinal);
}
