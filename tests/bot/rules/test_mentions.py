"""What a pasted text is looked for: the surest first, never more than five, and quickly whatever it is."""

import pytest

from bot.rules.mentions import LONGEST, mentioned, search_of

ADMIN = "https://shop.example/wp-admin/admin.php?page=wc-orders&action=edit&id=5567"
LEGACY = "https://shop.example/wp-admin/post.php?post=5568&action=edit"
FRONT = "https://shop.example/my-account/view-order/5569/"
LETTER = (
    "Bonjour, I ordered the mug (#5567) and wrote to RMA-1042 twice. My parcel 6A12345678901 is on its way. "
    "Marie.Dupont+shop@example.com, phone 0612345678"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("5567", ("5567",)),
        ("pending exchange  mine", ("pending exchange mine",)),
        ("<mailto:marie@example.com|marie@example.com>", ("<mailto:marie@example.com|marie@example.com>",)),
        (ADMIN, ("5567",)),
        (f"<{ADMIN.replace('&', '&amp;')}>", ("5567",)),
        (LEGACY, ("5568",)),
        (f"see <{FRONT}|the order>", ("5569",)),
        (LETTER, ("RMA-1042", "5567", "marie.dupont+shop@example.com", "6A12345678901", "0612345678")),
        ("https://desk.example/returns/r/rma-7", ("RMA-7",)),
        ("https://desk.example/returns/l/Zm9vYmFyMTIzNDU2Nzg5MDEyMzQ1Njc4", ()),
        ("   ", ()),
    ],
)
def test_a_text_is_looked_for_by_what_names_a_return(text: str, wanted: tuple[str, ...]) -> None:
    assert search_of(text, "RMA") == wanted


def test_no_more_than_five_are_looked_for() -> None:
    assert mentioned(" ".join(f"#{number}" for number in range(100, 200)), "RMA") == tuple(
        "100 101 102 103 104".split()
    )


@pytest.mark.parametrize("piece", ["1", "a1", "@", "https://", "A1B2 ", "RMA-", "x@y.", "&id=", "0123456789"])
def test_a_huge_text_is_read_in_no_time(piece: str) -> None:
    assert len(mentioned(piece * 500_000, "RMA")) <= 5
    assert len(search_of(piece * 500_000, "RMA")) <= 5


def test_what_lies_beyond_the_longest_text_is_not_read() -> None:
    assert mentioned("x" * LONGEST + " #5567", "RMA") == ()
