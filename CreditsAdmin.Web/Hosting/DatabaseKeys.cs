using System.Xml.Linq;
using CreditsAdmin.Data;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace CreditsAdmin.Web.Hosting;

/// <summary>Keeps the keys of cookies and forms in the database: a restart signs nobody out, and every instance has
/// them.</summary>
internal sealed class DatabaseKeys(IServiceProvider services) : IConfigureOptions<KeyManagementOptions>, IXmlRepository
{
    // Asked for when a key is needed: the app is put together while the database still starts.
    private CreditsDatabase Database => services.GetRequiredService<CreditsDatabase>();

    public void Configure(KeyManagementOptions options) => options.XmlRepository = this;

    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Database.ReadDataProtectionKeys().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        Database.StoreDataProtectionKey(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
