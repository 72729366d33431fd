using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.ApiKeys;

namespace CreditsAdmin.Web.Cli;

internal static class ApiKeysCommand
{
    public static Command Create() => new("api-keys", "Keys for the front end that charges jobs.") { CreateKey(), RevokeKey() };

    private static Command CreateKey()
    {
        var name = new Argument<string>("name") { Description = "What the key is for." };
        var scopes = new Option<string[]>("--scopes")
        {
            Description = $"What it may do: {string.Join(", ", ApiKey.KnownScopes)}. Separate with commas or spaces.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. ApiKey.DefaultScopes],
        };
        var command = new Command("create", "Creates a key and prints it, alone and only this once.") { name, scopes };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(async (services, stop) =>
        {
            var wanted = parsed.GetRequiredValue(scopes).SelectMany(scope => scope.Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
            var key = await services.GetRequiredService<ApiKeyCommands>()
                .CreateAsync(parsed.GetRequiredValue(name), wanted, Caller.CommandLine, stop);
            if (!key.Done) return await CommandScope.RefuseAsync(key.Refusal);
            Console.WriteLine(key.Value.Key);
            return CommandLine.Done;
        }, cancel));
        return command;
    }

    private static Command RevokeKey()
    {
        var lookup = new Argument<string>("key") { Description = "The key, or the eight characters after ca_live_." };
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
