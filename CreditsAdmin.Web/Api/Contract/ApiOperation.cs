using CreditsAdmin.Data;

namespace CreditsAdmin.Web.Api.Contract;

/// <summary>What a route does, as its callers read it. Its scope is read from the route itself, and what every route of
/// its kind answers is added by <see cref="OperationWriter"/>: only what is its own stands here.</summary>
/// <param name="Route">Method and path, such as <c>POST /v1/jobs</c>.</param>
/// <param name="Id">The name of its method in generated clients, such as <c>chargeJob</c>.</param>
/// <param name="Summary">A few words.</param>
/// <param name="Meaning">What a caller should know, in a few sentences.</param>
internal sealed record ApiOperation(string Route, string Id, string Summary, string Meaning)
{
    /// <summary>The JSON object that it takes; null for none.</summary>
    public Shape? Takes { get; init; }

    /// <summary>The body may be left out.</summary>
    public bool TakesNothingToo { get; init; }

    /// <summary>Users' own tokens have the scope and are refused all the same.</summary>
    public bool IsForFrontEndsOnly { get; init; }

    /// <summary>It asks for an Idempotency-Key, and answers a repeated request with the first result.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>The parts of the path.</summary>
    public Field[] Path { get; init; } = [];

    /// <summary>The query parameters.</summary>
    public Field[] Query { get; init; } = [];

    /// <summary>Request headers of its own, such as If-None-Match.</summary>
    public Field[] Headers { get; init; } = [];

    /// <summary>How it answers when it was carried out.</summary>
    public required ApiAnswer[] Answers { get; init; }

    /// <summary>The refusals that only it, or few others, can answer.</summary>
    public RefusalCode[] Refuses { get; init; } = [];
}

/// <summary>An answer to a request that was carried out.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Example">A body, of the type that is written; null for none.</param>
/// <param name="Headers">Names of <see cref="ApiHeaders"/>.</param>
internal sealed record ApiAnswer(int Status, string Meaning, object? Example, params string[] Headers);
