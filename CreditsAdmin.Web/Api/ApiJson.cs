using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CreditsAdmin.Web.Api;

/// <summary>The JSON of every answer: snake_case, times in UTC.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JobBody))]
[JsonSerializable(typeof(JobBatchBody))]
[JsonSerializable(typeof(BalanceBody))]
[JsonSerializable(typeof(LedgerBody))]
[JsonSerializable(typeof(PriceBody))]
[JsonSerializable(typeof(PricesBody))]
[JsonSerializable(typeof(EstimateBody))]
[JsonSerializable(typeof(UsageRecordBody))]
[JsonSerializable(typeof(UsageBatchBody))]
[JsonSerializable(typeof(UsageListBody))]
[JsonSerializable(typeof(MarginsBody))]
[JsonSerializable(typeof(JobListBody))]
[JsonSerializable(typeof(GrantBody))]
[JsonSerializable(typeof(GrantListBody))]
[JsonSerializable(typeof(MadeGrantBody))]
[JsonSerializable(typeof(VoidedGrantBody))]
[JsonSerializable(typeof(ReceiptBody))]
[JsonSerializable(typeof(ReceiptListBody))]
[JsonSerializable(typeof(MeBody))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(WebhookEndpointBody))]
[JsonSerializable(typeof(WebhookEndpointsBody))]
[JsonSerializable(typeof(WebhookDeliveryBody))]
[JsonSerializable(typeof(WebhookDeliveriesBody))]
[JsonSerializable(typeof(WebhookDeliveryDetailsBody))]
[JsonSerializable(typeof(RateLimitBody))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static async Task WriteAsync<T>(
        HttpContext http, int status, T body, JsonTypeInfo<T> type, string contentType = "application/json")
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}

/// <summary>Writes JSON that the database keeps as it is: it was checked when it came in.</summary>
internal sealed class RawJson : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only written.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
