using CreditsAdmin.Data;
using Microsoft.AspNetCore.Http.Timeouts;

namespace CreditsAdmin.Web.Api;

/// <summary>Gives every error under /v1 the one form, whatever it comes from: no route, a wrong method, the database,
/// us.</summary>
internal static class ApiFaults
{
    /// <summary>Answers what the routes behind it leave unanswered.</summary>
    public static async Task WatchAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            if (http.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true }) throw;
            return; // nobody is there to read an answer
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, error);
            return;
        }

        var response = http.Response;
        if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null)
        {
            await new ProblemAnswer(CreditProblems.OfStatus(response.StatusCode)).ExecuteAsync(http);
        }
    }

    /// <summary>Answers a fault: logged here, never told there.</summary>
    public static Task AnswerAsync(HttpContext http, Exception error)
    {
        if (error is BadHttpRequestException bad)
        {
            return new ProblemAnswer(CreditProblems.OfStatus(bad.StatusCode)).ExecuteAsync(http);
        }

        return ProblemOf(http, error).ExecuteAsync(http);
    }

    /// <summary>The problem that stands for a fault, after logging what it was.</summary>
    public static ProblemAnswer ProblemOf(HttpContext http, Exception error)
    {
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(ApiFaults));
        if (DatabaseFaults.IsPassing(error))
        {
            log.LogWarning("The database did not answer {Method} {Path}: {Reason}",
                http.Request.Method, http.Request.Path, error.GetBaseException().Message);
            return new(CreditProblems.ServiceUnavailable);
        }

        log.LogError(error, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
        return new(CreditProblems.InternalError);
    }
}
