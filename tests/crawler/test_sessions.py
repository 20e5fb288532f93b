import pytest

from crawler.sessions import without_session


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/a;jsessionid=0AF3", "/a"),
        ("/a%3BJSESSIONID=0AF3.node1?x=1", "/a?x=1"),
        ("/a?PHPSESSID=abc", "/a"),
        ("/a?id=3&PHPSESSID=abc&x=1", "/a?id=3&x=1"),
        ("/a?PHPSESSID=abc&id=3#top", "/a?id=3#top"),
        ("/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "/a.aspx"),
        ("/%28S%28lit3py55%29%29/a.aspx", "/a.aspx"),
        ("/a?CFID=1&CFTOKEN=2&id=3", "/a?id=3"),
        ("/a?session_id=1", "/a"),
        ("/a?sid=9f86d081884c7d659a2feaa0c55ad015", "/a"),
        ("/story.pl?sid=24/05/02/123", "/story.pl?sid=24/05/02/123"),
        ("/a?sid=alexa-privacy-recordings", "/a?sid=alexa-privacy-recordings"),
        ("/session-id-tracking", "/session-id-tracking"),
        ("/a?x=PHPSESSID=1", "/a?x=PHPSESSID=1"),
        ("/a?", "/a?"),
    ],
)
def test_sessions_are_taken_out(url, expected):
    assert without_session(f"https://example.org{url}") == f"https://example.org{expected}"
