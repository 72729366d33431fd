using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>The pages behind the <c>type</c> of every problem: what it means, and what to do.</summary>
internal static class ProblemPages
{
    public static void MapProblemPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problems/{slug}", Show).AllowAnonymous();
    }

    private static Results<ContentHttpResult, NotFound> Show(string slug) =>
        CreditProblems.All.SingleOrDefault(kind => kind.Slug == slug) is { } problem
            ? TypedResults.Content(PageOf(problem), "text/html; charset=utf-8")
            : TypedResults.NotFound();

    private static string PageOf(ProblemKind problem) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{WebUtility.HtmlEncode(problem.Title)}</title>
        </head>
        <body>
            <main>
                <h1>{WebUtility.HtmlEncode(problem.Title)}</h1>
                <p>HTTP status {problem.Status}, code <code>{problem.Code}</code></p>
                <h2>What it means</h2>
                <p>{WebUtility.HtmlEncode(problem.Meaning)}</p>
                <h2>What to do</h2>
                <p>{WebUtility.HtmlEncode(problem.Advice)}</p>
            </main>
        </body>
        </html>

        """;
}
