using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CreditsAdmin.Tests.Api;
using CreditsAdmin.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace CreditsAdmin.Tests.Webhooks;

/// <summary>What reaches the other side, and what happens when it does not.</summary>
public class DeliveryTests(WebhookApp app) : WebhookTest(app)
{
    [Fact]
    public async Task An_event_arrives_once_and_signed()
    {
        await using var receiver = await Receiver.StartAsync();
        var (endpoint, secret) = await AddAsync(receiver);

        var user = await PayAsync();

        var message = Assert.Single(await receiver.UntilAsync(1));
        Assert.True(message.IsSignedWith(secret));
        Assert.False((message with { Body = [.. message.Body, 32] }).IsSignedWith(secret));
        Assert.Single(message.Signatures);
        Assert.StartsWith("msg_", message.Id, StringComparison.Ordinal);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture), 0, 30);
        Assert.Equal("application/json", message.Headers["content-type"]);
        Assert.DoesNotContain("traceparent", message.Headers.Keys);
        Assert.Equal("receipt.verified", message.Json.GetProperty("type").GetString());
        Assert.Equal(TimeSpan.Zero, message.Json.GetProperty("timestamp").GetDateTimeOffset().Offset);
        Assert.Equal((user.ToString(), 10L), (message.Data.GetProperty("user").GetString(), message.Data.GetProperty("credits").GetInt64()));
        var delivery = await UntilAsync(endpoint, "delivered");
        Assert.Equal(message.Json.ToString(), delivery.GetProperty("payload").ToString());
        Assert.Equal(1, delivery.GetProperty("delivery").GetProperty("attempts").GetInt32());
        Assert.Single(receiver.Messages);
        await Laws.AssertAsync(App.Database);
    }

    [Fact]
    public async Task What_fails_is_sent_again_with_the_same_id_and_bytes_until_it_arrives()
    {
        await using var receiver = await Receiver.StartAsync(500, 429, 204);
        var (endpoint, secret) = await AddAsync(receiver);

        await PayAsync();

        var delivery = await UntilAsync(endpoint, "delivered");
        Assert.Equal(3, receiver.Messages.Count);
        Assert.Single(receiver.Messages.Select(message => (message.Id, Encoding.UTF8.GetString(message.Body))).Distinct());
        Assert.All(receiver.Messages, message => Assert.True(message.IsSignedWith(secret)));
        Assert.Equal([500, 429, 204], delivery.GetProperty("attempts").EnumerateArray()
            .Select(attempt => attempt.GetProperty("status_code").GetInt32()));
        Assert.Null((await EndpointAsync(endpoint)).Json.GetProperty("failing_since").GetString());
    }

    [Fact]
    public async Task After_the_last_retry_it_has_failed_and_can_be_sent_again_by_hand()
    {
        await using var receiver = await Receiver.StartAsync(500, 500, 500, 500, 200);
        var (endpoint, _) = await AddAsync(receiver);
        await PayAsync();

        var failed = await UntilAsync(endpoint, "failed");
        Assert.Equal(4, failed.GetProperty("attempts").GetArrayLength());
        Assert.Equal("It answered 500", failed.GetProperty("delivery").GetProperty("last_error").GetString());
        Assert.NotNull((await EndpointAsync(endpoint)).Json.GetProperty("failing_since").GetString());

        using var api = await ApiAsync();
        var id = failed.GetProperty("delivery").GetProperty("id").GetString();
        var again = await api.PostAsync($"/v1/webhook_deliveries/whd_{id}/resend");

        Assert.Equal((202, "pending"), (again.Status, again["status"]));
        await UntilAsync(endpoint, "delivered");
        Assert.Equal(5, receiver.Messages.Count);
        Assert.Single(receiver.Messages.Select(message => message.Id).Distinct());
        Assert.Equal(1L, await App.Database.ScalarAsync<long>(
            "SELECT count(*) FROM credits.audit_log WHERE action = 'webhook_delivery.resend' AND subject_id = $1", id!));
    }

    [Fact]
    public async Task Gone_ends_the_endpoint()
    {
        await using var receiver = await Receiver.StartAsync(410);
        var (endpoint, _) = await AddAsync(receiver);
        await PayAsync();

        await UntilAsync(endpoint, "failed");
        var gone = await EndpointAsync(endpoint);
        await PayAsync();
        using var api = await ApiAsync();
        var test = await api.PostAsync($"/v1/webhook_endpoints/{endpoint}/test");

        Assert.Equal(("False", "It answered 410 Gone"), (gone["enabled"], gone["disabled_reason"]));
        Assert.Equal((409, "webhook_endpoint_disabled"), (test.Status, test["code"]));
        Assert.Single(receiver.Messages);
        Assert.Equal("system", await App.Database.ScalarAsync<string>(
            "SELECT actor FROM credits.audit_log WHERE action = 'webhook_endpoint.disable' AND subject_id = $1", endpoint));
    }

    [Fact]
    public async Task An_endpoint_that_has_failed_for_days_is_switched_off_and_goes_on_when_it_is_switched_on()
    {
        await using var receiver = await Receiver.StartAsync(500, 200);
        var (endpoint, _) = await AddAsync(receiver);
        await App.Database.ExecuteAsync(
            "UPDATE credits.webhook_endpoints SET failing_since = now() - interval '6 days' WHERE id = $1::uuid", endpoint);

        await PayAsync();

        await Until.TrueAsync(async () => (await EndpointAsync(endpoint))["enabled"] == "False", () => "It is still on");
        Assert.Single(receiver.Messages);
        using var api = await ApiAsync();
        using var on = await api.PatchAsync($"/v1/webhook_endpoints/{endpoint}",
            new StringContent("""{"enabled":true}""", null, "application/json"), Cancel);
        Assert.Equal(200, (int)on.StatusCode);
        await UntilAsync(endpoint, "delivered");
        Assert.Equal(2, receiver.Messages.Count);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync((http, _) =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = elsewhere.Url;
            return Task.CompletedTask;
        });
        var (endpoint, _) = await AddAsync(receiver);

        await PayAsync();

        var failed = await UntilAsync(endpoint, "failed");
        Assert.Equal("Redirects are not followed", failed.GetProperty("delivery").GetProperty("last_error").GetString());
        Assert.Empty(elsewhere.Messages);
    }

    [Fact]
    public async Task Who_does_not_answer_in_time_is_asked_again()
    {
        await using var receiver = await Receiver.StartAsync(
            (http, count) => count == 1 ? Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted) : Task.CompletedTask);
        var (endpoint, _) = await AddAsync(receiver);

        await PayAsync();

        var delivery = await UntilAsync(endpoint, "delivered");
        var first = delivery.GetProperty("attempts")[0];
        Assert.Equal("No answer within 1 s", first.GetProperty("error").GetString());
        Assert.InRange(first.GetProperty("duration_ms").GetInt32(), 900, 20_000);
        Assert.Equal(2, receiver.Messages.Count);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var pouring = PourAsync(listener);
        var (endpoint, _) = await AddAsync($"http://{listener.LocalEndpoint}/hooks");

        await PayAsync();

        await UntilAsync(endpoint, "delivered");
        Assert.InRange(await pouring.WaitAsync(TimeSpan.FromSeconds(30), Cancel), 0, 32L << 20);
    }

    [Fact]
    public async Task Words_of_the_other_side_are_not_kept_whatever_they_are()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (endpoint, _) = await AddAsync($"http://{listener.LocalEndpoint}/hooks");

        await PayAsync();
        await AnswerAsync("SSH-2.0-Secret\0\u202E\r\n\r\n");
        await AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var delivery = await UntilAsync(endpoint, "delivered");
        Assert.Equal("What answered does not speak HTTP as it should",
            delivery.GetProperty("attempts")[0].GetProperty("error").GetString());
        Assert.Equal(2, delivery.GetProperty("attempts").GetArrayLength());

        async Task AnswerAsync(string answer)
        {
            using var socket = await listener.AcceptSocketAsync(Cancel);
            await socket.ReceiveAsync(new byte[8192], Cancel);
            await socket.SendAsync(Encoding.UTF8.GetBytes(answer), Cancel);
        }
    }

    [Fact]
    public async Task While_a_secret_is_rotated_messages_carry_two_signatures()
    {
        await using var receiver = await Receiver.StartAsync();
        var (endpoint, old) = await AddAsync(receiver);
        using var api = await ApiAsync();
        var rotated = await api.PostAsync($"/v1/webhook_endpoints/{endpoint}/rotate_secret");

        await PayAsync();
        var both = (await receiver.UntilAsync(1))[0];
        await App.Database.ExecuteAsync("UPDATE credits.webhook_secrets SET expires_at = now() WHERE expires_at IS NOT NULL");
        await PayAsync();
        var one = (await receiver.UntilAsync(2))[1];

        Assert.Equal(200, rotated.Status);
        Assert.Equal((2, true, true), (both.Signatures.Length, both.IsSignedWith(old), both.IsSignedWith(rotated["secret"]!)));
        Assert.Equal((1, false, true), (one.Signatures.Length, one.IsSignedWith(old), one.IsSignedWith(rotated["secret"]!)));
    }

    // A server without manners: says 200 and pours until nobody takes any more. Returns how many bytes were taken.
    private static async Task<long> PourAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync(Cancel);
        await socket.ReceiveAsync(new byte[8192], Cancel);
        await socket.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), Cancel);
        byte[] chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];
        var taken = 0L;
        try
        {
            while (taken < 256L << 20) taken += await socket.SendAsync(chunk, Cancel);
        }
        catch (SocketException)
        {
            // They hung up.
        }

        return taken;
    }
}
