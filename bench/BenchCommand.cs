using System.CommandLine;
using System.Globalization;

namespace CreditsAdmin.Bench;

/// <summary>The command line of the benchmark.</summary>
internal static class BenchCommand
{
    public static RootCommand Create()
    {
        var quick = new Option<bool>("--quick")
        {
            Description = "Few rows and one short round: shows that everything works and no charge is lost, not how fast.",
        };
        var rows = new Option<string>("--rows")
        {
            Description = "Charges and refunds that the databases hold before; 1e7 takes long.",
            DefaultValueFactory = _ => "1e5",
        };
        var rounds = Number("--rounds", "How often everything is measured, in turns.", 5);
        var seconds = Number("--seconds", "How long each measurement takes.", 3);
        var only = new Option<string?>("--only") { Description = "Only measurements with this text in their name." };
        var json = new Option<string?>("--json") { Description = "Write every single measurement to this file." };
        var folder = new Option<string>("--folder")
        {
            Description = "Where the database is made and removed again; a real disk.",
            DefaultValueFactory = _ => Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath(),
        };
        var command = new RootCommand("Measures charges against the users' present system, side by side.")
        {
            quick, rows, rounds, seconds, only, json, folder,
        };
        command.SetAction((parsed, cancel) =>
        {
            var asked = new BenchOptions(
                (long)double.Parse(parsed.GetRequiredValue(rows), CultureInfo.InvariantCulture), Users: 100_000,
                parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(only),
                parsed.GetValue(json), parsed.GetRequiredValue(folder), Quick: false);
            return Benchmark.RunAsync(parsed.GetValue(quick) ? asked.Quickly() : asked, cancel);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };
}
