using System.Text;

namespace CreditsAdmin.Bench.Results;

/// <summary>A table that reads well in a terminal and in a document.</summary>
internal sealed class Table(params string[] heads)
{
    private readonly List<string[]> rows = [heads];

    public void Add(params string[] cells) => rows.Add(cells);

    public override string ToString()
    {
        var widths = heads.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var (index, row) in rows.Index())
        {
            text.AppendLine("| " + string.Join(" | ", row.Select((cell, column) => Pad(cell, column))) + " |");
            if (index == 0) text.AppendLine("|" + string.Join('|', widths.Select(Rule)) + "|");
        }

        return text.ToString();

        string Pad(string cell, int column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]);
        static string Rule(int width, int column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":";
    }
}
