using System.Net.Http.Headers;
using System.Text;

namespace CreditsAdmin.Tests.Fuzz;

/// <summary>A request that can be sent any number of times.</summary>
internal sealed record FuzzRequest(ApiCall Call, string Address, string? Token)
{
    public List<(string Name, string Value)> Headers { get; } = [];

    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = "application/json";

    public string? ContentEncoding { get; init; }

    /// <summary>Its length is not said beforehand.</summary>
    public bool IsChunked { get; init; }

    /// <summary>Sends it. Null for one that the client cannot send at all.</summary>
    public async Task<Received?> SendAsync(HttpClient client, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(new HttpMethod(Call.Method), Address);
        if (Token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token}");
        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) return null;
        }

        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            if (ContentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            if (ContentEncoding is not null) request.Content.Headers.ContentEncoding.Add(ContentEncoding);
            // Asks before it sends what will be refused for its length: the server need not read that.
            if (Body.Length > 1_000_000) request.Headers.ExpectContinue = true;
            if (IsChunked) request.Headers.TransferEncodingChunked = true;
        }

        using var response = await client.SendAsync(request, cancel);
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            [.. response.Headers.Select(one => one.Key), .. response.Content.Headers.Select(one => one.Key)],
            await response.Content.ReadAsByteArrayAsync(cancel));
    }

    public override string ToString()
    {
        var body = Body is null ? "" : Encoding.UTF8.GetString(Body);
        return $"{Call.Method} {Cut(Address)} {Cut(string.Join("; ", Headers))} {ContentType} {Cut(body)}";
    }

    private static string Cut(string text) => text.Length <= 300 ? text : $"{text[..300]}… ({text.Length})";
}
