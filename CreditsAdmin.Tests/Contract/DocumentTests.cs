using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Api.Contract;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.Contract;

/// <summary>The OpenAPI document: whole, served, and the one that is committed.</summary>
public class DocumentTests(CreditsApp app) : AppTest(app)
{
    [Fact]
    public void Every_route_of_the_API_is_described_and_nothing_else_is() =>
        Assert.Empty(ApiDocument.Strays(App.Services.GetRequiredService<EndpointDataSource>().Endpoints));

    [Fact]
    public async Task The_committed_document_is_the_served_one()
    {
        using var client = App.CreateClient();

        var served = await client.GetStringAsync("/openapi/v1.json", Cancel);

        Committed.Matches("openapi.json", served);
    }

    [Fact]
    public async Task It_is_not_sent_again_to_who_has_it()
    {
        using var client = App.CreateClient();
        using var first = await client.GetAsync("/openapi/v1.json", Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        Assert.Equal(304, (int)(await client.SendAsync(again, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Every_member_and_every_answer_has_a_meaning()
    {
        using var client = App.CreateClient();
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Cancel)).RootElement;

        var silent = new List<string>();
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            foreach (var member in schema.Value.GetProperty("properties").EnumerateObject())
            {
                if (!member.Value.TryGetProperty("description", out _)) silent.Add($"{schema.Name}.{member.Name}");
            }
        }

        Assert.Empty(silent);
    }
}
