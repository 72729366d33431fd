using CreditsAdmin.Data.Postgres;

namespace CreditsAdmin.Web.Auth;

/// <summary>Whether visitors may create accounts here: <c>SignUp:Open</c>. By default only with the embedded database,
/// because a product with a database of its own has a sign-up of its own.</summary>
public sealed class SignUpPolicy(IConfiguration configuration, RunningDatabase database)
{
    /// <summary>True when the sign-up page makes accounts.</summary>
    public bool IsOpen => configuration.GetValue("SignUp:Open", database.IsEmbedded);
}
