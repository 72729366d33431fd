namespace CreditsAdmin.Web.Hosting;

/// <summary>A setting that cannot be used; the message names it and says how it has to read.</summary>
internal sealed class SettingException(string message) : Exception(message);
