using CreditsAdmin.Data;
using CreditsAdmin.Data.Receipts;
using CreditsAdmin.Tests.Infrastructure;

namespace CreditsAdmin.Tests.Receipts;

/// <summary>Paging of receipts: the queue from its oldest row on, every other list from its newest.</summary>
public class QueueTests(DatabaseFixture fixture) : DatabaseTest(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_is_read_forwards_and_backwards_without_a_gap(bool oldestFirst)
    {
        var user = await Database.SignUpAsync();
        var claims = await ClaimAsync(user, 7);
        var expected = oldestFirst ? claims : claims.AsEnumerable().Reverse().ToList();

        var first = await PageAsync(user, new(Size: 3, OldestFirst: oldestFirst));
        var second = await PageAsync(user, Following(first, oldestFirst));
        var third = await PageAsync(user, Following(second, oldestFirst));
        var backToSecond = await PageAsync(user, Preceding(third, oldestFirst));
        var backToFirst = await PageAsync(user, Preceding(backToSecond, oldestFirst));

        Assert.Equal(expected, [.. Ids(first), .. Ids(second), .. Ids(third)]);
        Assert.Equal(Ids(second), Ids(backToSecond));
        Assert.Equal(Ids(first), Ids(backToFirst));
        Assert.Equal((false, true), Ways(first, oldestFirst));
        Assert.Equal((true, true), Ways(second, oldestFirst));
        Assert.Equal((true, false), Ways(third, oldestFirst));
        Assert.Equal((true, true), Ways(backToSecond, oldestFirst));
        Assert.Equal((false, true), Ways(backToFirst, oldestFirst));
    }

    [Fact]
    public async Task A_page_of_the_queue_begins_where_it_began_though_rows_before_it_were_decided()
    {
        var user = await Database.SignUpAsync();
        var claims = await ClaimAsync(user, 6);
        await Database.ExecuteAsync("SELECT verify_receipt($1, 5)", claims[1]);

        var second = await PageAsync(user, new(After: claims[2], Size: 3, OldestFirst: true));

        Assert.Equal(claims[3..], Ids(second));
    }

    private async Task<List<Guid>> ClaimAsync(Guid user, int count)
    {
        var claims = new List<Guid>();
        for (var number = 1; number <= count; number++)
        {
            claims.Add(await Database.ScalarAsync<Guid>(
                "SELECT id FROM claim_receipt($1, 'bmc', $2, 500)", user, $"BMC-{Guid.NewGuid():N}"));
        }

        return claims;
    }

    private Task<Page<ReceiptRow>> PageAsync(Guid user, Keyset<Guid> at) => Database.Credits.ReadAsync(db =>
        ReceiptQueries.ListAsync(db, new(UserId: user, Status: "pending"), at, Cancel));

    private static Keyset<Guid> Following(Page<ReceiptRow> page, bool oldestFirst) => oldestFirst
        ? new(After: page.Items[^1].Id, Size: 3, OldestFirst: true)
        : new(Before: page.Items[^1].Id, Size: 3);

    private static Keyset<Guid> Preceding(Page<ReceiptRow> page, bool oldestFirst) => oldestFirst
        ? new(Before: page.Items[0].Id, Size: 3, OldestFirst: true)
        : new(After: page.Items[0].Id, Size: 3);

    private static List<Guid> Ids(Page<ReceiptRow> page) => [.. page.Items.Select(row => row.Id)];

    private static (bool Back, bool On) Ways(Page<ReceiptRow> page, bool oldestFirst) =>
        oldestFirst ? (page.HasOlder, page.HasNewer) : (page.HasNewer, page.HasOlder);
}
