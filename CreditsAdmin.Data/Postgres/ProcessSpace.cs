namespace CreditsAdmin.Data.Postgres;

/// <summary>
/// Two containers may share a data folder and its locks, but neither sees the other's processes: to each, the other's
/// server looks crashed. Two servers on one cluster would destroy it, so the second container is refused.
/// </summary>
internal static class ProcessSpace
{
    /// <summary>Joins the users of a data folder, under the start lock; hold the stream while it is used.</summary>
    internal static async Task<FileStream> JoinAsync(DataFolder folder, CancellationToken ct)
    {
        var ours = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";
        var kept = Path.Combine(folder.Root, "namespace");
        await using (var alone = FileLock.TryExclusive(folder.UsersLock))
        {
            if (alone is null && File.Exists(kept) && (await File.ReadAllTextAsync(kept, ct)).Trim() != ours)
                throw new EmbeddedPostgresException(
                    $"{folder.Root} is in use from another container: give each container a data folder of its own, or "
                    + "set ConnectionStrings__Credits.");
            if (alone is not null && ours.Length > 0) await folder.WritePrivateAsync(kept, ours, ct);
        }
        return await FileLock.SharedAsync(folder.UsersLock, ct);
    }
}
