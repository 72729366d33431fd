using System.Text.Json;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.ApiKeys;
using CreditsAdmin.Data.Balances;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Ledger;
using CreditsAdmin.Data.Pricing;
using CreditsAdmin.Data.RateLimits;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Data.Settings;
using CreditsAdmin.Data.Staff;
using CreditsAdmin.Data.Users;
using CreditsAdmin.Data.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace CreditsAdmin.Data;

/// <summary>Reads, never writes: credits move through functions only. Tables of schema credits are for the service; the
/// views of schema public are what users and front ends may see.</summary>
public sealed class CreditsDb(DbContextOptions<CreditsDb> options) : DbContext(options)
{
    internal DbSet<User> Users => Set<User>();

    internal DbSet<Account> Accounts => Set<Account>();

    internal DbSet<JobRecord> Jobs => Set<JobRecord>();

    internal DbSet<ReceiptRecord> Receipts => Set<ReceiptRecord>();

    internal DbSet<AdjustmentRecord> Adjustments => Set<AdjustmentRecord>();

    internal DbSet<EntryRecord> Entries => Set<EntryRecord>();

    internal DbSet<LedgerCheck> LedgerChecks => Set<LedgerCheck>();

    internal DbSet<Seal> Seals => Set<Seal>();

    internal DbSet<StaffMember> Staff => Set<StaffMember>();

    internal DbSet<Password> Passwords => Set<Password>();

    internal DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    internal DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();

    internal DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    internal DbSet<WebhookAttempt> WebhookAttempts => Set<WebhookAttempt>();
    internal DbSet<RateLimitRefusals> RateLimitRefusals => Set<RateLimitRefusals>();

    internal DbSet<CreditSettings> Settings => Set<CreditSettings>();

    internal DbSet<Balance> PublicBalances => Set<Balance>();

    internal DbSet<Job> PublicJobs => Set<Job>();

    internal DbSet<LedgerEntry> PublicEntries => Set<LedgerEntry>();

    internal DbSet<Receipt> PublicReceipts => Set<Receipt>();

    internal DbSet<Price> PublicPrices => Set<Price>();

    internal static DbContextOptions<CreditsDb> Options(Action<DbContextOptionsBuilder<CreditsDb>> connect)
    {
        var builder = new DbContextOptionsBuilder<CreditsDb>();
        connect(builder);
        return builder.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<User>().ToTable("users", "credits");
        modelBuilder.Entity<Account>().ToTable("accounts", "credits").HasKey(account => account.UserId);
        modelBuilder.Entity<JobRecord>().ToTable("jobs", "credits");
        modelBuilder.Entity<ReceiptRecord>().ToTable("receipts", "credits");
        modelBuilder.Entity<AdjustmentRecord>().ToTable("adjustments", "credits");
        modelBuilder.Entity<EntryRecord>().ToView("entries", "credits");
        modelBuilder.Entity<LedgerCheck>().ToTable("ledger_checks", "credits").Ignore(check => check.BrokenInvariants)
            .Property(check => check.Broken).HasColumnType("jsonb");
        modelBuilder.Entity<Seal>().ToTable("seals", "credits").Ignore(seal => seal.Head);
        modelBuilder.Entity<StaffMember>().ToTable("staff", "credits").HasKey(staff => staff.UserId);
        modelBuilder.Entity<Password>().ToTable("passwords", "credits").HasKey(password => password.UserId);
        modelBuilder.Entity<ApiKey>().ToTable("api_keys", "credits");
        modelBuilder.Entity<WebhookEndpoint>().ToTable("webhook_endpoints", "credits");
        modelBuilder.Entity<WebhookDelivery>().ToView("webhook_log", "credits");
        modelBuilder.Entity<WebhookAttempt>().ToTable("webhook_attempts", "credits")
            .HasKey(attempt => new { attempt.DeliveryId, attempt.Number });
        modelBuilder.Entity<RateLimitRefusals>().ToTable("rate_limit_refusals", "credits").HasNoKey();
        modelBuilder.Entity<CreditSettings>().ToTable("settings", "credits").HasNoKey();
        modelBuilder.Entity<Balance>().ToView("balances", "public").HasKey(balance => balance.UserId);
        modelBuilder.Entity<Job>().ToView("jobs", "public");
        modelBuilder.Entity<LedgerEntry>().ToView("ledger_entries", "public");
        modelBuilder.Entity<Receipt>().ToView("receipts", "public");
        modelBuilder.Entity<Price>().ToView("price_versions", "public");
        modelBuilder.Entity<Job>().Property(job => job.Metadata).HasColumnType("jsonb");
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}
