import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import RULES, canonical_url, plain_url

PAGE = "https://www.gazette.example/tech/siri"


@pytest.mark.parametrize(
    "form",
    [
        PAGE,
        f"{PAGE}#comments",
        f"{PAGE}?",
        f"{PAGE}?utm_source=rss&utm_medium=feed",
        f"{PAGE}?fbclid=IwAR0x",
        f"{PAGE}?xtor=RSS-1",
        f"{PAGE}?at_medium=custom7&at_campaign=64",
        f"{PAGE}?CMP=share_btn_tw",
        f"{PAGE}?mc_cid=1&mc_eid=2",
        f"{PAGE}?ref=home",
        f"{PAGE}?amp",
        f"{PAGE}?amp=1",
        f"{PAGE}?outputType=amp",
        f"{PAGE}?print=1",
        f"{PAGE}?view=print",
        f"{PAGE}?m=1",
        f"{PAGE}/amp",
        f"{PAGE}.amp",
        f"{PAGE}/print",
        f"{PAGE}/imprimer",
        f"{PAGE};jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9",
        f"{PAGE}?PHPSESSID=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        f"{PAGE}?utm_source=rss&amp=1#top",
        "https://www.gazette.example/print/tech/siri",
        "https://www-gazette-example.cdn.ampproject.org/c/s/www.gazette.example/tech/siri",
        "https://www.google.fr/amp/s/www.gazette.example/tech/siri/amp",
    ],
)
def test_forms_of_one_address_are_one(form):
    assert plain_url(form) == PAGE
    assert canonical_url(form) == PAGE


@pytest.mark.parametrize(
    ("form", "plain"),
    [
        (f"{PAGE}/", f"{PAGE}/"),
        (f"{PAGE}/amp/", f"{PAGE}/"),
        (f"{PAGE}.amp.html", f"{PAGE}.html"),
        (f"{PAGE}.html?amp", f"{PAGE}.html"),
        ("https://www.gazette.example/amp/tech/siri", PAGE),
        (f"{PAGE}?id=3&utm_source=rss&page=2", f"{PAGE}?id=3&page=2"),
        ("http://m.gazette.example/tech/siri", "http://m.gazette.example/tech/siri"),
    ],
)
def test_what_belongs_to_the_article_stays(form, plain):
    assert plain_url(form) == plain


@pytest.mark.parametrize(
    "url",
    [
        f"{PAGE}?id=3",
        f"{PAGE}?story=siri&lang=fr",
        f"{PAGE}?reference=7",
        f"{PAGE}?amplifier=1",
        f"{PAGE}?print=letter",
        f"{PAGE}?sid=44",
        "https://www.gazette.example/amplificateurs/siri",
        "https://www.gazette.example/amp/",
        "https://www.gazette.example/imprimer-en-3d/siri",
        "https://www.gazette.example/print",
        "https://www.gazette.example/",
        "https://www.gazette.example",
        "http://127.0.0.1:8641/tech/siri",
    ],
)
def test_addresses_that_only_look_like_forms_are_left_alone(url):
    assert plain_url(url) == url


@pytest.mark.parametrize(
    ("url", "declared", "canonical"),
    [
        (f"{PAGE}?xtor=RSS-1", ["/tech/siri-2"], f"{PAGE}-2"),
        (PAGE, [f"{PAGE}?p=1#x"], f"{PAGE}?p=1"),
        (PAGE, [f"{PAGE}-2?utm_source=canonical"], f"{PAGE}-2"),
        ("https://m.gazette.example/tech/siri", [PAGE], PAGE),
        ("https://amp.gazette.example/tech/siri", [PAGE], PAGE),
        ("http://gazette.example/tech/siri", [PAGE], PAGE),
        (PAGE, ["https://other.example/tech/siri"], PAGE),
        (PAGE, ["https://other.example/a", f"{PAGE}-2"], f"{PAGE}-2"),
        (PAGE, ["https://www.gazette.example:8080/tech/siri"], PAGE),
        (PAGE, ["https://www.gazette.example/"], PAGE),
        (PAGE, ["https://reader@www.gazette.example/tech/siri-2"], PAGE),
        (PAGE, ["javascript:alert(1)", "", "https://[x/"], PAGE),
        (
            "https://www.gazette.example/",
            ["https://www.gazette.example/"],
            "https://www.gazette.example/",
        ),
        (f"{PAGE}?b=2&a=1", [], f"{PAGE}?a=1&b=2"),
    ],
)
def test_a_page_s_own_word_is_taken_on_its_own_host_alone(url, declared, canonical):
    assert canonical_url(url, declared) == canonical


@given(
    st.lists(
        st.sampled_from(
            ["/tech", "/amp", "/print", "/siri", ".amp", ".html", "/", "?", "&", "amp=1", "id=3",
             "utm_source=a", ";jsessionid=AB12", "#x", "%2F", "é", "//"]
        ),
        max_size=8,
    ).map("".join)
)  # fmt: skip
def test_an_address_stays_on_its_host(tail):
    url = f"https://www.gazette.example{tail if tail.startswith('/') else '/' + tail}"
    assert canonical_url(url).startswith("https://www.gazette.example")
    assert canonical_url(url, [url]).startswith("https://www.gazette.example")


def test_every_list_of_the_data_file_is_used():
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    assert set(rules) == {"tracking", "copies", "suffixes", "prefixes", "hosts"}
