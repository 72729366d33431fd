using CreditsAdmin.Tests.Infrastructure;
using CreditsAdmin.Web.Hosting;
using CreditsAdmin.Web.RateLimits;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CreditsAdmin.Tests.Operation;

/// <summary>Settings that cannot be used are named before anything is served.</summary>
public class SettingsTests
{
    [Theory]
    [InlineData("RateLimits:Key:Writes", "many")]
    [InlineData("RateLimits:Key:Writes", "")]
    [InlineData("RateLimits:Key:Writes", "0/60")]
    [InlineData("RateLimits:Key:Writes", "-1/60")]
    [InlineData("RateLimits:Key:Writes", "2000000000/60")]
    [InlineData("RateLimits:Address:SignIn", "60")]
    [InlineData("RateLimits:Address:SignIn", "5/60 leaky")]
    [InlineData("Proxies:Known", "proxy.example.com")]
    [InlineData("Proxies:Known", "10.0.0.1/99")]
    [InlineData("Cors:Origins", "https://app.example.com/")]
    [InlineData("Cors:Origins", "app.example.com")]
    [InlineData("Cors:Origins", "*")]
    public void A_wrong_one_is_refused_by_its_name(string name, string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new(name, value)]).Build();

        var error = Assert.Throws<SettingException>(() =>
        {
            new ServiceCollection().AddKnownProxies(configuration).AddCrossOrigin(configuration);
            _ = new RateLimitRules(configuration);
        });

        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_those_that_are_documented()
    {
        var rules = new RateLimitRules(new ConfigurationBuilder().Build());
        string[] found = [.. new[]
        {
            rules.KeyReads, rules.KeyWrites, rules.UserReads, rules.UserWrites, rules.AddressReads, rules.AddressWrites, rules.SignIn,
        }.Select(rule => $"{rule!.Limit.MaxRequests}/{rule.Limit.WindowSeconds}" + (rule.Limit.Algorithm == "sliding" ? " sliding" : ""))];

        Assert.Contains(string.Join(", ", found.Select(one => $"`{one}`")), Repository.Read("docs/configuration.md"), StringComparison.Ordinal);
    }
}
