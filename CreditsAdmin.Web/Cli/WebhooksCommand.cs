using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Webhooks;
using CreditsAdmin.Web.Webhooks;

namespace CreditsAdmin.Web.Cli;

/// <summary>Endpoints, at the command line. What was sent to them is <see cref="WebhookDeliveriesCommand"/>'s.</summary>
internal static class WebhooksCommand
{
    private static readonly Argument<Guid> Id = new("endpoint") { Description = "The endpoint's id, as list prints it." };

    public static Command Create() => new("webhooks", "Who is told of events, and what became of it.")
    {
        Add(),
        List(),
        Switch("enable", "Switches an endpoint on; what waits for it is sent.", enabled: true),
        Switch("disable", "Switches an endpoint off; what is due waits.", enabled: false),
        Rotate(),
        Remove(),
        WebhookDeliveriesCommand.CreateTest(),
        WebhookDeliveriesCommand.CreateDeliveries(),
        WebhookDeliveriesCommand.CreateResend(),
        WebhookSettingsCommand.Create(),
    };

    private static Command Add()
    {
        var url = new Argument<string>("url") { Description = "Where to POST, https unless Webhooks:AllowPrivate is on." };
        var events = new Option<string[]>("--events")
        {
            Description = $"What to tell: {string.Join(", ", WebhookEndpoint.KnownEvents)}. Separate with commas or spaces.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. WebhookEndpoint.KnownEvents],
        };
        var command = new Command("add", "Adds an endpoint and prints its secret, alone and only this once.") { url, events };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var address = parsed.GetRequiredValue(url);
            if (WebhookUrl.Fault(address, services.GetRequiredService<WebhookOptions>().AllowPrivate) is { } fault)
            {
                await Console.Error.WriteLineAsync(fault);
                return CommandLine.Refused;
            }

            var wanted = parsed.GetRequiredValue(events).SelectMany(one => one.Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
            var secret = services.GetRequiredService<WebhookSecrets>().Create();
            var added = await services.GetRequiredService<WebhookCommands>()
                .CreateAsync(address, wanted, secret.Sealed, Caller.CommandLine, stop);
            if (!added.Done) return await CommandScope.RefuseAsync(added.Refusal);
            await Console.Error.WriteLineAsync($"The endpoint is {added.Value.Id}. Its secret:");
            Console.WriteLine(secret.Text);
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Prints the endpoints, oldest first.");
        command.SetAction((_, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var endpoints = await services.GetRequiredService<CreditsDatabase>()
                .ReadAsync(db => WebhookQueries.ListEndpointsAsync(db, stop));
            foreach (var endpoint in endpoints)
            {
                var state = endpoint.Enabled ? "on" : $"off ({endpoint.DisabledReason})";
                var failing = endpoint.FailingSince is { } since ? $", failing since {Times.Text(since)}" : "";
                Console.WriteLine($"{endpoint.Id}  {endpoint.Url}");
                Console.WriteLine($"    {state}{failing}: {string.Join(", ", endpoint.Events)}");
            }

            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command Switch(string name, string description, bool enabled)
    {
        var command = new Command(name, description) { Id };
        command.SetAction((parsed, cancel) => RunAsync((webhooks, stop) => webhooks.ChangeAsync(
            parsed.GetRequiredValue(Id), url: null, events: null, enabled, Caller.CommandLine, stop),
            $"The endpoint is {(enabled ? "on" : "off")}.", cancel));
        return command;
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Ends an endpoint for good.") { Id };
        command.SetAction((parsed, cancel) => RunAsync((webhooks, stop) => webhooks.RemoveAsync(
            parsed.GetRequiredValue(Id), Caller.CommandLine, stop), "Nothing is sent to it any more.", cancel));
        return command;
    }

    private static Command Rotate()
    {
        var hours = new Option<double>("--overlap-hours")
        {
            Description = "So long the old secret goes on beside the new one; 0 when somebody else knows it.",
            DefaultValueFactory = _ => 24,
        };
        var command = new Command("rotate", "Gives an endpoint a new secret and prints it, alone and only this once.")
            { Id, hours };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var secret = services.GetRequiredService<WebhookSecrets>().Create();
            var rotated = await services.GetRequiredService<WebhookCommands>().RotateAsync(parsed.GetRequiredValue(Id),
                secret.Sealed, TimeSpan.FromHours(Math.Clamp(parsed.GetValue(hours), -1, 1000)), Caller.CommandLine, stop);
            if (!rotated.Done) return await CommandScope.RefuseAsync(rotated.Refusal);
            Console.WriteLine(secret.Text);
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Task<int> RunAsync(
        Func<WebhookCommands, CancellationToken, Task<CreditResult<WebhookEndpoint>>> act, string done,
        CancellationToken cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var result = await act(services.GetRequiredService<WebhookCommands>(), stop);
            if (!result.Done) return await CommandScope.RefuseAsync(result.Refusal);
            await Console.Error.WriteLineAsync(done);
            return CommandLine.Done;
        }, cancel);
}
