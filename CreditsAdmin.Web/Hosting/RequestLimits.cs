using CreditsAdmin.Web.Api;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CreditsAdmin.Web.Hosting;

/// <summary>How much, how slowly and how long a request may ask. What a JSON body may be is decided where it is read.
/// </summary>
internal static class RequestLimits
{
    // Twice what the largest batch of jobs may have; nothing else comes near it.
    private const long LargestBody = 4 << 20;

    // A user's token may have 8 KB, and cookies and a few other headers come with it.
    private const int AllHeaders = 32 * 1024;
    private const int MostHeaders = 64;
    private const int LongestRequestLine = 8 * 1024;

    // Whoever sends a header or a body byte by byte holds a connection, which is cheap, but not for minutes.
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

    // A call of the database gives up after 5 s and is tried three times at most: what is not done by then never is.
    private const double SecondsForRequest = 30;

    public static IServiceCollection AddRequestLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var seconds = configuration.GetValue("Requests:Seconds", SecondsForRequest);
        return services
            .Configure<KestrelServerOptions>(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = LargestBody;
                kestrel.Limits.MaxRequestHeadersTotalSize = AllHeaders;
                kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
                kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
                kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
                kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
            })
            .AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
            {
                Timeout = TimeSpan.FromSeconds(seconds),
                TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
                WriteTimeoutResponse = AnswerAsync,
            });
    }

    // Whether it was carried out is not known: the problem says how to find out.
    private static Task AnswerAsync(HttpContext http)
    {
        // It says that the time is over, which must not keep the answer from being written.
        http.RequestAborted = CancellationToken.None;
        return new ProblemAnswer(CreditProblems.ServiceUnavailable).ExecuteAsync(http);
    }
}
