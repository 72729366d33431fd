namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with CreditsAdmin.sln.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Every source file of these endings, relative to the root, without what a build made.</summary>
    public static IEnumerable<string> Files(params string[] endings) =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => endings.Any(path.EndsWith) && !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules")
                && !path.StartsWith('.'));

    /// <summary>The text of a source file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "CreditsAdmin.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("There is no CreditsAdmin.sln above the tests."));
}
