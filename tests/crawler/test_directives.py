import pytest
from scrapy.http import HtmlResponse

from crawler.directives import directives


def found(*headers: str, head: str = "", body: bytes | None = None) -> set[str]:
    page = f"<html><head>{head}</head><body><p>x</p></body></html>".encode()
    return set(
        directives(
            HtmlResponse(
                "https://example.org/",
                headers={"X-Robots-Tag": list(headers)},
                body=page if body is None else body,
            )
        )
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), set()),
        (("noarchive",), {"noarchive"}),
        (("NoArchive, NOFOLLOW",), {"noarchive", "nofollow"}),
        (("noindex", "noarchive"), {"noindex", "noarchive"}),
        (("earshot: noarchive",), {"noarchive"}),
        (("Earshot: noarchive, nofollow",), {"noarchive", "nofollow"}),
        (("googlebot: noarchive",), set()),
        (("googlebot: noarchive, nofollow",), set()),
        (("googlebot: noindex, earshot: noarchive",), {"noarchive"}),
        (("nofollow, googlebot: noarchive",), {"nofollow"}),
        (("*: noarchive",), {"noarchive"}),
        (("unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive",), {"noarchive"}),
        (("max-snippet: 20, none",), {"none"}),
        (("", ",", ":"), set()),
    ],
)
def test_headers(headers, expected):
    assert found(*headers) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="robots" content="noarchive">', {"noarchive"}),
        ("<META CONTENT='NOARCHIVE,nofollow' NAME=ROBOTS />", {"noarchive", "nofollow"}),
        ('<meta name="earshot" content="noarchive">', {"noarchive"}),
        ('<meta name="googlebot" content="noarchive">', set()),
        (
            '<meta name="robots" content="index, follow, max-image-preview:large">',
            {"index", "follow"},
        ),
        (
            '<meta name="robots" content="index"><meta name="earshot" content="none">',
            {"index", "none"},
        ),
        ('<meta name="description" content="robots and noarchive">', set()),
        ('<meta name="robots">', set()),
        ('<meta\n name="robots"\n content="no&#97;rchive"\n>', {"noarchive"}),
        (f'<style>{"x" * 200_000}</style><meta name="robots" content="noarchive">', {"noarchive"}),
    ],
)
def test_pages(head, expected):
    assert found(head=head) == expected


def test_a_header_and_a_page_add_up():
    head = '<meta name="robots" content="nofollow">'
    assert found("noarchive", head=head) == {"noarchive", "nofollow"}


@pytest.mark.parametrize(
    "piece", [b"<meta ", b"<meta name=robots", b"<meta name=robots content=x>"]
)
@pytest.mark.timeout(60)  # a second; hours where a pattern backtracks
def test_every_page_comes_to_an_end(piece):
    assert not found(body=piece * (10_000_000 // len(piece))) & {"noindex", "noarchive"}
