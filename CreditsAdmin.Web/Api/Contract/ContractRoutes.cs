using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>Serves the OpenAPI document, for programs and, at <c>/docs</c>, for people.</summary>
internal static class ContractRoutes
{
    public static void MapContract(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", Show).AllowAnonymous();
    }

    /// <summary>Every call with its schemas, to be tried with one's own key. Script and styles come from this host, and
    /// the page may ask nobody else.</summary>
    public static void UseInteractiveDocs(this WebApplication app)
    {
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/docs"), docs => docs.Use((http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy =
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
            return next(http);
        }));
        app.UseSwaggerUI(docs =>
        {
            docs.RoutePrefix = "docs";
            docs.DocumentTitle = "CreditsAdmin API";
            docs.SwaggerEndpoint("/openapi/v1.json", "CreditsAdmin");
            docs.InjectStylesheet("/css/docs.css");
            docs.EnableDeepLinking();
            docs.EnableTryItOutByDefault();
            docs.DisplayOperationId();
        });
    }

    // It says nothing that is secret, and changes with a release only.
    private static FileContentHttpResult Show(ApiDocument document, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, no-cache";
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return TypedResults.Bytes(document.Bytes, "application/json", entityTag: new EntityTagHeaderValue(document.Tag));
    }
}
