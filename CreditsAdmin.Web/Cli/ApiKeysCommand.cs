using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;

namespace CreditsAdmin.Web.Cli;

internal static class ApiKeysCommand
{
    public static Command Create() => new("api-keys", "Keys for the front end that charges jobs.")
    {
        CreateKey(), ListKeys(), RotateKey(), RevokeKey(),
    };

    private static Command CreateKey()
    {
        var name = new Argument<string>("name") { Description = "What the key is for." };
        var scopes = new Option<string[]>("--scopes")
        {
            Description = $"What it may do: {string.Join(", ", ApiKey.KnownScopes)}. Separate with commas or spaces.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. ApiKey.DefaultScopes],
        };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "When it stops working, UTC, such as 2027-01-31; never when left out.",
            CustomParser = Times.Parse,
        };
        var command = new Command("create", "Creates a key and prints it, alone and only this once.")
        {
            name, scopes, expires,
        };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var wanted = parsed.GetRequiredValue(scopes).SelectMany(scope => scope.Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
            var key = await services.GetRequiredService<ApiKeyCommands>()
                .CreateAsync(
                    parsed.GetRequiredValue(name), wanted, Caller.CommandLine, stop, parsed.GetValue(expires));
            if (!key.Done) return await CommandScope.RefuseAsync(key.Refusal);
            Console.WriteLine(key.Value.Key);
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command ListKeys()
    {
        var command = new Command("list", "Lists the keys that were not revoked: lookup, name, scopes, end, last use, id.");
        command.SetAction((_, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var keys = await services.GetRequiredService<CreditsDatabase>().ReadAsync(db => ApiKeyQueries.ListAsync(db, stop));
            foreach (var key in keys)
            {
                Console.WriteLine(string.Join('\t', key.Lookup, key.Name, string.Join(',', key.Scopes),
                    Times.Text(key.ExpiresAt) ?? "never", Times.Text(key.LastUsedAt) ?? "unused", key.Id));
            }

            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command RotateKey()
    {
        var lookup = Lookup();
        var overlap = new Option<TimeSpan?>("--overlap")
        {
            Description = "How long the old secret works too, such as 30m, 24h or 7d; 24h when left out.",
            CustomParser = Times.ParseSpan,
        };
        var command = new Command("rotate", "Gives a key another secret and prints it, alone and only this once.")
        {
            lookup, overlap,
        };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var given = parsed.GetRequiredValue(lookup);
            var key = await services.GetRequiredService<ApiKeyCommands>().RotateAsync(
                ApiKey.LookupOf(given) ?? given, parsed.GetValue(overlap) ?? TimeSpan.FromHours(24), Caller.CommandLine, stop);
            if (!key.Done) return await CommandScope.RefuseAsync(key.Refusal);
            Console.WriteLine(key.Value.Key);
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Argument<string> Lookup() =>
        new("key") { Description = "The key, the eight characters after ca_live_, or its id." };

    private static Command RevokeKey()
    {
        var lookup = Lookup();
        var command = new Command("revoke", "Ends a key for good, within seconds.") { lookup };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var given = parsed.GetRequiredValue(lookup);
            var revoked = await services.GetRequiredService<ApiKeyCommands>()
                .RevokeAsync(ApiKey.LookupOf(given) ?? given, Caller.CommandLine, stop);
            if (!revoked.Done) return await CommandScope.RefuseAsync(revoked.Refusal);
            await Console.Error.WriteLineAsync("The key does not work any more.");
            return CommandLine.Done;
        }, cancel));
        return command;
    }
}
