using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CreditsAdmin.Web.Components.Layout;

/// <summary>The frame around every staff page: navigation, search, who is signed in.</summary>
public sealed partial class ConsoleLayout
{
    private string? email;
    private string? role;

    /// <summary>Receipts that wait for a decision; shown beside the menu entry when there are any.</summary>
    [CascadingParameter(Name = "WaitingReceipts")] public int WaitingReceipts { get; set; }

    [CascadingParameter] private Task<AuthenticationState>? Authentication { get; set; }

    private string Here => "/" + Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Authentication is null) return;
        var user = (await Authentication).User;
        email = user.FindFirstValue(ClaimTypes.Email) ?? user.Identity?.Name;
        role = user.FindFirstValue(ClaimTypes.Role);
    }
}
