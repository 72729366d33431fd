using CreditsAdmin.Bench;

return await BenchCommand.Create().Parse(args).InvokeAsync();
