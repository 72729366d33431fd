using System.Text.Encodings.Web;

namespace CreditsAdmin.Web.Hosting;

/// <summary>A page in the app's clothes that needs neither a database nor components: for problems and for emergencies.</summary>
internal static class PlainDocument
{
    /// <summary>The whole document. <paramref name="body"/> is HTML: everything in it that is not ours went through
    /// <see cref="Text"/>.</summary>
    public static string Html(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Text(title)} · CreditsAdmin</title>
        <link rel="icon" type="image/svg+xml" href="/favicon.svg">
        <link rel="stylesheet" href="/css/tokens.css">
        <link rel="stylesheet" href="/css/base.css">
        <link rel="stylesheet" href="/css/pages.css">
        </head>
        <body>
        <div class="plain">
        <header class="plain-header"><a class="wordmark" href="/">CreditsAdmin</a></header>
        <main class="plain-main" id="main"><section class="card form">
        <h1>{Text(title)}</h1>
        {body}
        </section></main>
        </div>
        </body>
        </html>
        """;

    /// <summary>Text as HTML.</summary>
    public static string Text(string? value) => HtmlEncoder.Default.Encode(value ?? "");
}
