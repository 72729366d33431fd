using CreditsAdmin.Web.Hosting;
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

    private static string PageOf(ProblemKind problem) => PlainDocument.Html(problem.Title, $"""
        <p class="muted">HTTP status {problem.Status}, code <code>{problem.Code}</code></p>
        <div><h2>What it means</h2>
        <p>{PlainDocument.Text(problem.Meaning)}</p></div>
        <div><h2>What to do</h2>
        <p>{PlainDocument.Text(problem.Advice)}</p></div>
        """);
}
