using System.Buffers.Binary;
using System.Buffers.Text;

namespace CreditsAdmin.Web.Api;

/// <summary>Where a page of a list begins, as text that means nothing to anybody else.</summary>
internal static class ApiCursor
{
    public static string Of(long seq)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seq);
        return Base64Url.EncodeToString(bytes);
    }

    public static string Of(Guid id) => Base64Url.EncodeToString(id.ToByteArray(bigEndian: true));

    /// <summary>The seq in the text; null when it is not one of ours.</summary>
    public static long? Seq(string text) =>
        Decode(text, 8) is { } bytes && BinaryPrimitives.ReadInt64BigEndian(bytes) is > 0 and var seq ? seq : null;

    /// <summary>The id in the text; null when it is not one of ours.</summary>
    public static Guid? Id(string text) => Decode(text, 16) is { } bytes ? new(bytes, bigEndian: true) : null;

    // The decoder forgives much; a cursor has one spelling.
    private static byte[]? Decode(string text, int length) =>
        text.Length <= 24 && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is var bytes
        && bytes.Length == length && Base64Url.EncodeToString(bytes) == text
            ? bytes
            : null;
}
