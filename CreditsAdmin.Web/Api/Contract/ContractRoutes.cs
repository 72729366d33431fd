using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>Serves the OpenAPI document.</summary>
internal static class ContractRoutes
{
    public static void MapContract(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", Show).AllowAnonymous();
    }

    // It says nothing that is secret, and changes with a release only.
    private static FileContentHttpResult Show(ApiDocument document, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, no-cache";
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return TypedResults.Bytes(document.Bytes, "application/json", entityTag: new EntityTagHeaderValue(document.Tag));
    }
}
