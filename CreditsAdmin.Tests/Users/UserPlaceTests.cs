using CreditsAdmin.Data.Users;
using CreditsAdmin.Web.Components.Pages.Users;

namespace CreditsAdmin.Tests.Users;

public sealed class UserPlaceTests
{
    [Fact]
    public void A_place_in_the_list_survives_the_address_to_the_microsecond()
    {
        var at = new DateTimeOffset(2026, 3, 29, 1, 59, 59, 123, 456, TimeSpan.FromHours(2));
        var user = new UserRow(Guid.NewGuid(), "ana@example.com", null, false, at, null, 0, 0);

        var cursor = UserPlace.Parse(UserPlace.Of(user));

        Assert.Equal(new UserCursor(at.ToUniversalTime(), user.Id), cursor);
        Assert.Equal(TimeSpan.Zero, cursor!.Value.CreatedAt.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("638000000000000000")]
    [InlineData("638000000000000000_rubbish")]
    [InlineData("-1_7e7ab845-9bea-4811-b6bc-73b88287a2bd")]
    [InlineData("9223372036854775807_7e7ab845-9bea-4811-b6bc-73b88287a2bd")]
    [InlineData("99999999999999999999_7e7ab845-9bea-4811-b6bc-73b88287a2bd")]
    [InlineData("638000000000000000_7e7ab845-9bea-4811-b6bc-73b88287a2bd_1")]
    public void A_mangled_place_is_no_place(string? text) => Assert.Null(UserPlace.Parse(text));
}
