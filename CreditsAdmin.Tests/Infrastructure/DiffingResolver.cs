using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CreditsAdmin.Tests.Infrastructure;

/// <summary>bUnit asks for AngleSharp.Diffing 1.1 and gets 0.17, which has what it uses. Goes when every feed has 1.1.</summary>
internal static class DiffingResolver
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The assembly must be found before the first test touches bUnit.")]
    internal static void Register() => AssemblyLoadContext.Default.Resolving += static (context, name) =>
        name.Name == "AngleSharp.Diffing"
            ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll"))
            : null;
}
