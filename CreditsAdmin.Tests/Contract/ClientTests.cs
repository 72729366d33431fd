using System.Text.Json;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>What is made from the document: the linter's verdict and the client's types.</summary>
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
}
