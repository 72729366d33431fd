using System.Text.RegularExpressions;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Contract;

/// <summary>Compiles a program that uses the client, as a project of its own would, in a folder that is removed after
/// it.</summary>
internal static partial class TypeScript
{
    /// <summary>The numbers of the lines that do not compile.</summary>
    public static async Task<IReadOnlyList<string>> CheckAsync(string program)
    {
        using var folder = new Project(program);
        var (_, output, _) = await folder.CompileAsync();
        return [.. ErrorLine().Matches(output).Select(match => match.Groups[1].Value).Distinct()];
    }

    /// <summary>Compiles and runs; fails when it does not compile or ends badly. Returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, Dictionary<string, string> settings)
    {
        using var folder = new Project(program);
        var compiled = await folder.CompileAsync();
        Assert.True(compiled.Exit == 0, compiled.Output);
        var (exit, output, error) = await NodePackages.TryAsync(folder.Path, settings, "node", "dist/main.js");
        Assert.True(exit == 0, output + error);
        return output;
    }

    [GeneratedRegex(@"main\.ts\((\d+),\d+\): error", RegexOptions.None)]
    private static partial Regex ErrorLine();

    private sealed class Project : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

        public Project(string program)
        {
            var source = System.IO.Path.Combine(Repository.Root, NodePackages.FrontEnd);
            foreach (var file in new[] { "package.json", "tsconfig.json" })
            {
                File.Copy(System.IO.Path.Combine(source, file), System.IO.Path.Combine(Path, file));
            }

            Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "node_modules"), System.IO.Path.Combine(source, "node_modules"));
            Directory.CreateDirectory(System.IO.Path.Combine(Path, "src"));
            File.WriteAllText(System.IO.Path.Combine(Path, "src", "main.ts"), program);
        }

        public string Path => folder.FullName;

        public Task<(int Exit, string Output, string Error)> CompileAsync() =>
            NodePackages.TryAsync(Path, [], "node", "node_modules/typescript/bin/tsc");

        // The link goes, not what it leads to.
        public void Dispose()
        {
            Directory.Delete(System.IO.Path.Combine(Path, "node_modules"));
            folder.Delete(recursive: true);
        }
    }
}
