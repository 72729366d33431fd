using CreditsAdmin.Data;
using CreditsAdmin.Data.Adjustments;
using CreditsAdmin.Data.Jobs;
using CreditsAdmin.Data.Users;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Pages.Jobs;

/// <summary>The jobs of all users.</summary>
public sealed partial class JobsPage
{
    private static readonly string[] Statuses = ["pending", "processing", "completed", "failed", "expired"];

    private bool isAdmin;
    private ElementReference panel;

    [SupplyParameterFromQuery] private string? User { get; set; }

    [SupplyParameterFromQuery] private string? Status { get; set; }

    [SupplyParameterFromQuery] private string? Operation { get; set; }

    [SupplyParameterFromQuery] private string? Before { get; set; }

    [SupplyParameterFromQuery] private string? After { get; set; }

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; init; } = default!;

    private bool IsFiltered => User is { Length: > 0 } || Status is { Length: > 0 } || Operation is { Length: > 0 };

    private bool IsPaged => Before is { Length: > 0 } || After is { Length: > 0 };

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        isAdmin = (await Authentication).User.IsInRole("admin");
        await base.OnParametersSetAsync();
    }

    /// <inheritdoc />
    protected override async Task<Page<JobRow>> ReadAsync(CreditsDb db, CancellationToken cancel)
    {
        var filter = new JobFilter(
            Status: Status is { Length: > 0 } ? Status : null, Operation: Operation is { Length: > 0 } ? Operation.Trim() : null);
        if (User is { Length: > 0 })
        {
            if (await UserQueries.FindIdAsync(db, User, cancel) is not { } userId) return new([], false, false);
            filter = filter with { UserId = userId };
        }

        return await JobQueries.ListAsync(db, filter, new(Urls.Id(Before), Urls.Id(After)), cancel);
    }

    // The button that opened the dialog goes when its job is finished: the focus must not go with it.
    private async Task AfterDialogAsync(JobRow job)
    {
        await ReloadAsync();
        if (IsLeft) return;
        if (Rows?.Items.Any(row => row.Id == job.Id && JobWords.IsOpen(row)) != true) await panel.FocusAsync(preventScroll: true);
    }

    private async Task AfterRefundAsync(AdjustmentOutcome? outcome)
    {
        await ReloadAsync();
        if (!IsLeft && outcome is not null) await panel.FocusAsync(preventScroll: true);
    }

    private string At(string direction, Guid id) => Urls.Filtered(
        Urls.Jobs, [("user", User), ("status", Status), ("operation", Operation), (direction, Urls.Key(id))]);
}
