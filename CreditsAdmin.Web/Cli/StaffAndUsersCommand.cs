using System.CommandLine;
using CreditsAdmin.Data;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Auth;

namespace CreditsAdmin.Web.Cli;

internal static class StaffAndUsersCommand
{
    private static readonly Argument<string> Email = new("email") { Description = "The e-mail address to sign in with." };

    public static Command CreateSeedAdmin()
    {
        var command = new Command("seed-admin",
            "Makes an admin. The password is read from stdin, or generated and printed once. "
            + "Run it again to set a new password.") { Email };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(
            (services, stop) => SeedAdminAsync(services, parsed.GetRequiredValue(Email), stop), cancel));
        return command;
    }

    public static Command CreateCreateUser()
    {
        var name = new Option<string?>("--name") { Description = "How to call them." };
        var role = new Option<string?>("--role") { Description = "Makes them staff: support or admin." };
        role.AcceptOnlyFromAmong("support", "admin");
        var command = new Command("create-user",
            "Signs a user up and prints their id. The password is read from stdin, or generated and printed once to stderr.")
            { Email, name, role };
        command.SetAction((parsed, cancel) => CommandScope.RunAsync(
            (services, stop) => CreateUserAsync(
                services, parsed.GetRequiredValue(Email), parsed.GetValue(name), parsed.GetValue(role), stop), cancel));
        return command;
    }

    private static async Task<int> SeedAdminAsync(IServiceProvider services, string email, CancellationToken cancel)
    {
        if (await PasswordInput.ReadAsync(cancel) is not { } password) return await TooShortAsync();
        var made = await services.GetRequiredService<FirstRun>()
            .MakeAdminAsync(email, password.Text, Caller.CommandLine, cancel);
        if (!made.Done) return await CommandScope.RefuseAsync(made.Refusal);
        Console.WriteLine($"Admin:    {email}");
        if (password.Generated) Console.WriteLine($"Password: {password.Text}   (shown once)");
        return CommandLine.Done;
    }

    private static async Task<int> CreateUserAsync(
        IServiceProvider services, string email, string? name, string? role, CancellationToken cancel)
    {
        if (await PasswordInput.ReadAsync(cancel) is not { } password) return await TooShortAsync();
        var hash = Passwords.Hash(password.Text);
        var user = await services.GetRequiredService<UserCommands>().CreateAsync(email, name, hash, demo: false, cancel);
        if (!user.Done) return await CommandScope.RefuseAsync(user.Refusal);
        if (role is not null)
        {
            var staff = await services.GetRequiredService<StaffCommands>()
                .SetAsync(user.Value.Id, role, passwordHash: null, Caller.CommandLine, cancel);
            if (!staff.Done) return await CommandScope.RefuseAsync(staff.Refusal);
        }

        Console.WriteLine(user.Value.Id);
        if (password.Generated) await Console.Error.WriteLineAsync($"Password: {password.Text}   (shown once)");
        return CommandLine.Done;
    }

    private static async Task<int> TooShortAsync()
    {
        await Console.Error.WriteLineAsync($"A password has at least {Passwords.ShortestLength} characters.");
        return CommandLine.WrongUsage;
    }
}
