using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Webhooks;

namespace CreditsAdmin.Web.Cli;

/// <summary>What was sent, at the command line.</summary>
internal static class WebhookDeliveriesCommand
{
    public static Command CreateDeliveries()
    {
        var endpoint = new Option<Guid?>("--endpoint") { Description = "To this endpoint." };
        var status = new Option<string?>("--status")
        { Description = $"With this status: {string.Join(", ", WebhookDelivery.KnownStatuses)}." };
        status.AcceptOnlyFromAmong([.. WebhookDelivery.KnownStatuses]);
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 1000.", DefaultValueFactory = _ => 50 };
        var command = new Command("deliveries", "Prints what was sent, newest first.") { endpoint, status, limit };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var filter = new DeliveryFilter(parsed.GetValue(endpoint), Status: parsed.GetValue(status));
            var at = new Keyset<Guid>(Size: Math.Clamp(parsed.GetValue(limit), 1, 1000));
            var page = await services.GetRequiredService<CreditsDatabase>()
                .ReadAsync(db => WebhookQueries.ListDeliveriesAsync(db, filter, at, stop));
            Console.WriteLine(Line("DELIVERY", "EVENT", "STATUS", "ATTEMPTS", "ANSWER", "NEXT", "ERROR"));
            foreach (var delivery in page.Items)
            {
                Console.WriteLine(Line($"{delivery.Id}", delivery.Type, delivery.Status, $"{delivery.Attempts}",
                    $"{delivery.LastStatusCode}", Times.Text(delivery.NextAttemptAt) ?? "", delivery.LastError ?? ""));
            }

            return CommandLine.Done;
        }, cancel));
        return command;
    }

    public static Command CreateResend()
    {
        var id = new Argument<Guid>("delivery") { Description = "The delivery's id, as deliveries prints it." };
        var command = new Command("resend", "Sends a delivery once more, with all its retries before it.") { id };
        command.SetAction((parsed, cancel) => AskAsync(
            (webhooks, stop) => webhooks.ResendAsync(parsed.GetRequiredValue(id), Caller.CommandLine, stop), cancel));
        return command;
    }

    public static Command CreateTest()
    {
        var id = new Argument<Guid>("endpoint") { Description = "The endpoint's id, as list prints it." };
        var command = new Command("test", "Sends a ping to an endpoint, and prints the delivery's id.") { id };
        command.SetAction((parsed, cancel) => AskAsync(
            (webhooks, stop) => webhooks.TestAsync(parsed.GetRequiredValue(id), Caller.CommandLine, stop), cancel));
        return command;
    }

    private static Task<int> AskAsync(
        Func<WebhookCommands, CancellationToken, Task<CreditResult<AskedDelivery>>> ask, CancellationToken cancel) =>
        CommandScope.RunAsync(async (services, stop) =>
        {
            var asked = await ask(services.GetRequiredService<WebhookCommands>(), stop);
            if (!asked.Done) return await CommandScope.RefuseAsync(asked.Refusal);
            Console.WriteLine(asked.Value.Id);
            await Console.Error.WriteLineAsync("The running app sends it.");
            return CommandLine.Done;
        }, cancel);

    private static string Line(
        string delivery, string type, string status, string attempts, string answer, string next, string error) =>
        $"{delivery,-36}  {type,-17}  {status,-9}  {attempts,8}  {answer,6}  {next,-20}  {error}".TrimEnd();
}
