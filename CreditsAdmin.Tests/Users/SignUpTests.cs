using CreditsAdmin.Data.Postgres;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Users;

/// <summary>A row in auth.users opens an account.</summary>
public class SignUpTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Fact]
    public async Task A_sign_up_gets_the_configured_free_credits_once()
    {
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT change_settings(12, NULL)");
        var later = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT change_settings(5, NULL)");

        await Database.ExecuteAsync("SELECT credits.open_account($1, 'again@example.com', NULL, false, now())", user);

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
        Assert.Equal((12, 0), await Database.BalanceAsync(later));
    }

    [Fact]
    public async Task Users_who_were_there_before_the_migrations_are_backfilled()
    {
        await Database.ExecuteAsync("ALTER TABLE auth.users DISABLE TRIGGER USER");
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("ALTER TABLE auth.users ENABLE TRIGGER USER");
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT count(*) FROM credits.accounts WHERE user_id = $1", user));

        var backfill = MigrationFiles.All.Single(file => file.Name == "open_account");
        await Database.ExecuteAsync(backfill.Sql);
        await Database.ExecuteAsync(backfill.Sql);

        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Nobody_is_kept_from_signing_up_and_the_account_opens_at_its_first_use()
    {
        await Database.ExecuteAsync("ALTER TABLE credits.accounts RENAME TO accounts_away");
        var user = await Database.SignUpAsync();
        await Database.ExecuteAsync("ALTER TABLE credits.accounts_away RENAME TO accounts");

        await Database.ExecuteAsync("SELECT charge_credits($1, 'image', 2, 'k')", user);

        Assert.Equal((3, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task Erasing_a_user_keeps_the_ledger_and_forgets_the_person()
    {
        var user = await Database.SignUpAsync("forget.me@example.com");

        await Database.ExecuteAsync("DELETE FROM auth.users WHERE id = $1", user);

        var row = await Database.RowAsync("SELECT email, erased_at IS NOT NULL AS erased FROM credits.users WHERE id = $1", user);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, row.GetProperty("email").ValueKind);
        Assert.True(row.GetProperty("erased").GetBoolean());
        Assert.Equal((5, 0), await Database.BalanceAsync(user));
    }

    [Fact]
    public async Task A_member_of_staff_who_was_deleted_is_none_any_more_or_the_deletion_fails()
    {
        var admin = await Database.SignUpAsync();
        await Database.ExecuteAsync("SELECT set_staff($1, 'admin')", admin);
        await Database.ExecuteAsync("ALTER TABLE credits.staff RENAME TO staff_away");
        Assert.NotNull(await Database.RefusalAsync("DELETE FROM auth.users WHERE id = $1", admin));
        await Database.ExecuteAsync("ALTER TABLE credits.staff_away RENAME TO staff");

        await Database.ExecuteAsync("DELETE FROM auth.users WHERE id = $1", admin);

        Assert.Equal("CR012", await Database.RefusalAsync(
            "SELECT grant_credits($1, 5, 'paid', 'Still here', 'k', $2, 'console')", admin, $"staff:{admin}"));
    }

    [Fact]
    public async Task A_burst_of_guesses_is_counted_like_a_row_of_them()
    {
        var user = await Database.ScalarAsync<Guid>("SELECT create_user('guessed@example.com', NULL, 'hash')");

        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(
            () => Database.ScalarAsync<bool>("SELECT begin_sign_in($1)", user))));

        Assert.Equal(5, open.Count(isOpen => isOpen));
    }

    [Fact]
    public async Task A_changed_e_mail_address_is_followed()
    {
        var user = await Database.SignUpAsync("old@example.com");

        await Database.ExecuteAsync("UPDATE auth.users SET email = 'New@example.com' WHERE id = $1", user);

        Assert.Equal("new@example.com", await Database.ScalarAsync<string>("SELECT email_key FROM credits.users WHERE id = $1", user));
    }

    [Fact]
    public async Task An_e_mail_address_belongs_to_one_user_whatever_its_case()
    {
        await Database.ExecuteAsync("SELECT create_user('Twice@example.com')");

        Assert.Equal("CR015", await Database.RefusalAsync("SELECT create_user('twice@EXAMPLE.com')"));
        Assert.Equal("CR013", await Database.RefusalAsync("SELECT create_user('not an address')"));
    }
}
