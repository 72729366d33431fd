using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>What is made from the document: the linter's verdict, the client's types, a front end that uses them.</summary>
public class ClientTests(CreditsApp app, NodePackages node) : AppTest(app)
{
    [Fact]
    public async Task The_linter_finds_no_error_in_the_document()
    {
        await node.BuildAsync();

        var report = await NodePackages.RunAsync(NodePackages.Client,
            "npx", "--no", "redocly", "lint", "../../openapi.json", "--format", "json", "--max-problems", "1000");

        var totals = JsonDocument.Parse(report).RootElement.GetProperty("totals");
        Assert.Equal((0, 0), (totals.GetProperty("errors").GetInt32(), totals.GetProperty("warnings").GetInt32()));
    }

    [Fact]
    public async Task The_committed_types_are_those_of_the_document()
    {
        await node.BuildAsync();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var made = Path.Combine(folder.FullName, "schema.ts");
            await NodePackages.RunAsync(NodePackages.Client,
                "npx", "--no", "openapi-typescript", "../../openapi.json", "--output", made, "--alphabetize");

            Committed.Matches("clients/typescript/src/schema.ts", await File.ReadAllTextAsync(made, Cancel));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_wrong_call_does_not_compile()
    {
        await node.BuildAsync();
        var errors = await TypeScript.CheckAsync("""
            import { createCredits, keyed } from "creditsadmin-client";
            const credits = createCredits({ baseUrl: "http://localhost", key: "k" });
            void credits.POST("/v1/jobs", { params: { header: keyed() }, body: { user: "u", operation: "image", cost: "2" } });
            void credits.POST("/v1/jobs", { body: { user: "u", operation: "image", cost: 2 } });
            void credits.GET("/v1/nothing");
            """);

        Assert.Equal(["3", "4", "5"], errors);
    }

    [Fact]
    public async Task The_front_end_goes_through_the_whole_cycle()
    {
        await node.BuildAsync();
        var user = await App.Database.SignUpAsync(free: 5, paid: 10);

        var (exit, output, error) = await NodePackages.TryAsync(NodePackages.FrontEnd, new()
        {
            ["CREDITS_URL"] = App.BaseUrl,
            ["CREDITS_KEY"] = (await App.ApiClientAsync()).DefaultRequestHeaders.Authorization!.Parameter!,
            ["CREDITS_USER"] = $"{user}",
        }, "node", "dist/main.js");

        Assert.True(exit == 0, output + error);
        Assert.Equal(
        [
            "The user has 15 credits.",
            "Generated: completed, charged 3, 1 came back.",
            "Not generated: failed, 2 of 2 came back.",
            "402 insufficient_credits: You need 999987 more credits.",
            "409 job_already_finished: This generation has ended already.",
            "422 idempotency_key_reuse: This generation was started with other settings.",
            "The user has 12 credits; 3 were spent.",
        ], output.TrimEnd().Split('\n'));
        Assert.Equal((2, 10), await App.Database.BalanceAsync(user));
    }
}
