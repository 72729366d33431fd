using CreditsAdmin.Web.Components.Pages.Users;

namespace CreditsAdmin.Tests.Users;

public sealed class GrantFormTests
{
    [Theory]
    [InlineData(null, "Goodwill")]
    [InlineData("   ", "Goodwill")]
    [InlineData(" Sorry for the outage ", "Goodwill: Sorry for the outage")]
    public void The_stored_reason_is_one_sentence(string? note, string sentence) =>
        Assert.Equal(sentence, new GrantForm { Reason = "Goodwill", Note = note }.Sentence);

    [Fact]
    public void The_longest_note_fits_the_database_with_every_reason() =>
        Assert.All(GrantForm.Reasons, reason => Assert.InRange(
            new GrantForm { Reason = reason, Note = new('n', GrantForm.LongestNote) }.Sentence.Length, 1, 500));

    [Fact]
    public void Credits_expire_as_their_last_day_ends_in_UTC()
    {
        var (today, form) = (new DateOnly(2026, 1, 31), new GrantForm { LastDay = new(2026, 1, 31) });

        Assert.Equal(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), form.ExpiresAt);
        Assert.Null(form.LastDayError(today));
        Assert.NotNull(form.LastDayError(today.AddDays(1)));
        Assert.Null(new GrantForm().ExpiresAt);
    }

    [Fact]
    public void A_reason_of_ones_own_is_not_one() =>
        Assert.NotNull(new GrantForm { Reason = "Because" }.ReasonError);
}
