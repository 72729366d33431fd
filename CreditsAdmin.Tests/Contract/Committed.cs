using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>Files that are made from the running app and committed, so that a change of the contract shows in its
/// diff. <c>eng/contract</c> writes them anew.</summary>
internal static class Committed
{
    /// <summary>Fails when the committed file says something else; writes it where that is asked for.</summary>
    public static void Matches(string path, string made)
    {
        if (Environment.GetEnvironmentVariable("CREDITS_CONTRACT") == "write")
        {
            File.WriteAllText(Path.Combine(Repository.Root, path), made);
            return;
        }

        Assert.True(File.Exists(Path.Combine(Repository.Root, path)) && Repository.Read(path) == made,
            $"{path} is not what the app says now. Look at the change, then run eng/contract.");
    }
}
