using System.Globalization;
using CreditsAdmin.Data.Jobs;

namespace CreditsAdmin.Web.Components.Pages.Jobs;

/// <summary>How staff read a job.</summary>
internal static class JobWords
{
    /// <summary>Not finished yet: it can still fail and give its credits back.</summary>
    public static bool IsOpen(JobRow job) => job.Status is "pending" or "processing";

    /// <summary>Completed, with credits that staff can still give back.</summary>
    public static bool HasLeft(JobRow job) => job.Status == "completed" && job.Refunded < job.Cost;

    /// <summary>A span in its two largest units: <c>0.4 s</c>, <c>12 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>, <c>3
    /// d 4 h</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 0.05 } => "under 0.1 s",
        { TotalSeconds: < 9.95 } => string.Create(CultureInfo.CurrentCulture, $"{span.TotalSeconds:0.#} s"),
        { TotalMinutes: < 1 } => $"{span.Seconds} s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };
}
