using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using CreditsAdmin.Data.Webhooks;

namespace CreditsAdmin.Web.Webhooks;

/// <summary>Makes one attempt: a POST as the Standard Webhooks specification has it. Only a status from 200 to 299 in time
/// counts as delivered. Nothing of the answer but its status is kept, and redirects are not followed.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly HttpClient http;
    private readonly WebhookOptions options;
    private readonly WebhookSecrets secrets;
    private readonly TimeProvider clock;

    public WebhookSender(
        WebhookOptions options, WebhookSecrets secrets, TimeProvider clock, WebhookConnection connection)
    {
        (this.options, this.secrets, this.clock) = (options, secrets, clock);
        http = new(new SocketsHttpHandler
        {
            ConnectCallback = connection.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, and to what nobody checked.
            UseProxy = false,
            // Our trace is none of their business.
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 32,
            // Of an answer's body so much is read, to use the connection again; with more of it, the connection is closed.
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("CreditsAdmin-Webhooks/1");
    }

    /// <summary>Never throws: what goes wrong is the attempt's error.</summary>
    public async Task<AttemptResult> SendAsync(ClaimedDelivery delivery)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            if (WebhookUrl.Fault(delivery.Url, options.AllowPrivate) is { } fault) return Failed(null, fault);
            using var request = Request(delivery);
            using var patience = new CancellationTokenSource(options.Timeout, clock);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? new(Delivered: true, status, null, watch.Elapsed, null, Gone: false)
                : Failed(status, status is >= 300 and < 400 ? "Redirects are not followed" : $"It answered {status}");
        }
        catch (OperationCanceledException)
        {
            return Failed(null, string.Create(CultureInfo.InvariantCulture, $"No answer within {options.TimeoutSeconds} s"));
        }
        catch (Exception error)
        {
            return Failed(null, WordsFor(error));
        }

        AttemptResult Failed(int? status, string error) => new(Delivered: false, status, error, watch.Elapsed,
            options.PauseAfter(delivery.Retries), Gone: status == StatusCodes.Status410Gone);
    }

    public void Dispose() => http.Dispose();

    // Our words or the operating system's: never what the other side sent, which may be anything.
    private static string WordsFor(Exception error) => error.GetBaseException() switch
    {
        SocketException or PrivateAddressException => error.GetBaseException().Message,
        AuthenticationException => "No secure connection: the certificate or the protocol was not accepted",
        _ => "What answered does not speak HTTP as it should",
    };

    private HttpRequestMessage Request(ClaimedDelivery delivery)
    {
        var id = $"msg_{delivery.EventId}";
        var body = Encoding.UTF8.GetBytes(delivery.Payload);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", secrets.Sign(delivery.SealedSecrets, id, timestamp, body));
        return request;
    }
}
