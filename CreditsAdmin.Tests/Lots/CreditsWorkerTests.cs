using CreditsAdmin.Tests.Infrastructure;
using Microsoft.AspNetCore.Hosting;

namespace CreditsAdmin.Tests.Lots;

/// <summary>An app that posts what is due several times a second.</summary>
public sealed class BusyApp(TestCluster cluster) : CreditsApp(cluster)
{
    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.UseSetting("Worker:Seconds", "0.2");
}

/// <summary>What time brings while nobody asks for anything.</summary>
public class CreditsWorkerTests(BusyApp app) : IClassFixture<BusyApp>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Grants_begin_and_expire_and_late_jobs_end_by_themselves()
    {
        var user = await app.Database.SignUpAsync(free: 20, paid: 0);
        await app.Database.ExecuteAsync("SELECT charge_credits($1, 'image', 8, 'c', p_timeout_seconds => 1)", user);
        await app.Database.ExecuteAsync("SELECT grant_credits($1, 100, 'paid', 'A test', 'g', "
            + "p_effective_at => now() + interval '1 day', p_expires_at => now() + interval '2 days')", user);
        await app.Database.PassAsync(user, Day);
        await UntilAsync(user, (20, 100));

        // A fault of the database is over with the next attempt.
        await app.Database.ExecuteAsync("ALTER FUNCTION public.post_due_lots RENAME TO gone");
        await app.Database.PassAsync(user, Day);
        await app.Database.ExecuteAsync("ALTER FUNCTION public.gone RENAME TO post_due_lots");

        await UntilAsync(user, (20, 0));
        await Laws.AssertAsync(app.Database);
    }

    private async Task UntilAsync(Guid user, (long, long) balance)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await app.Database.BalanceAsync(user) != balance)
        {
            Assert.False(deadline.IsCancellationRequested, $"{await app.Database.BalanceAsync(user)} instead of {balance}");
            await Task.Delay(50, Xunit.TestContext.Current.CancellationToken);
        }
    }
}
