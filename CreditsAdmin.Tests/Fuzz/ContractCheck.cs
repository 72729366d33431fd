using System.Text.Json;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>An answer as it came.</summary>
internal sealed record Received(int Status, string? ContentType, IReadOnlyList<string> Headers, byte[] Body)
{
    /// <summary>The code of a problem; null for anything else.</summary>
    public string? Code { get; set; }
}

/// <summary>Holds answers against the document: status, type, body, headers. Remembers what it has seen.</summary>
internal sealed class ContractCheck(JsonElement document)
{
    // Headers of HTTP itself and those that every page has.
    private static readonly HashSet<string> Plain = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Cache-Control", "Vary",
        "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
    };

    private readonly SchemaCheck schemas = new(document);

    /// <summary>What is wrong with an answer to this operation; empty when the document foresees it.</summary>
    public IReadOnlyList<string> Faults(JsonElement operation, Received answer)
    {
        if (answer.Status >= 500) return [$"{answer.Status} {System.Text.Encoding.UTF8.GetString(answer.Body)}"];
        if (!operation.GetProperty("responses").TryGetProperty($"{answer.Status}", out var response))
        {
            return [$"{answer.Status} is not in the document"];
        }

        if (response.TryGetProperty("$ref", out var shared))
        {
            response = document.GetProperty("components").GetProperty("responses")
                .GetProperty(shared.GetString()!.Split('/')[^1]);
        }

        var faults = answer.Headers.Where(name => !Plain.Contains(name) && !IsNamed(response, name))
            .Select(name => $"the header {name} of {answer.Status} is not in the document").ToList();
        if (!answer.Headers.Contains("X-Request-Id", StringComparer.OrdinalIgnoreCase)) faults.Add("X-Request-Id is missing");
        if (!response.TryGetProperty("content", out var content))
        {
            if (answer.Body.Length > 0) faults.Add($"{answer.Status} has a body");
            return faults;
        }

        var type = content.EnumerateObject().Single();
        if (answer.ContentType != type.Name) return [.. faults, $"{answer.Status} is {answer.ContentType}"];
        using var body = JsonDocument.Parse(answer.Body);
        faults.AddRange(schemas.Faults(type.Value.GetProperty("schema"), body.RootElement));
        if (answer.Status >= 400 && body.RootElement.TryGetProperty("code", out var code)) answer.Code = code.GetString();
        return faults;
    }

    private static bool IsNamed(JsonElement response, string header) =>
        response.TryGetProperty("headers", out var headers)
        && headers.EnumerateObject().Any(known => known.Name.Equals(header, StringComparison.OrdinalIgnoreCase));
}
