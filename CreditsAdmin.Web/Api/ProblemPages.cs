using CreditsAdmin.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditsAdmin.Web.Api;

/// <summary>The pages behind the <c>type</c> of every problem: what it means, and what to do.</summary>
internal static class ProblemPages
{
    public static void MapProblemPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problems", List).AllowAnonymous();
        routes.MapGet("/problems/{slug}", Show).AllowAnonymous();
    }

    private static ContentHttpResult List()
    {
        var rows = string.Concat(CreditProblems.All.OrderBy(kind => kind.Status).ThenBy(kind => kind.Code).Select(kind =>
            $"<li>{kind.Status} <a href=\"{kind.Type}\"><code>{kind.Code}</code></a>: {PlainDocument.Text(kind.Title)}</li>"));
        return TypedResults.Content(PlainDocument.Html("Problems", $"""
            <p>Every answer of the API that is no success has a <code>code</code> of this list.</p>
            <ul class="steps">{rows}</ul>
            """), "text/html; charset=utf-8");
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
        <p><a href="/problems">All problems</a></p>
        """);
}
