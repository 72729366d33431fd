using System.CommandLine;
using CreditsAdmin.Bench;

// Ctrl+C leaves time to stop the database and to remove it.
return await BenchCommand.Create().Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
