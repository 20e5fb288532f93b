import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from urllib.request import urlopen

import pytest

from analysis.records import article_id
from crawler.demo.press import Heading
from crawler.demo.server import Press
from crawler.pages import (
    MAX_BYTES,
    NoBodyError,
    PageTooLargeError,
    decode,
    parse_article,
)
from crawler.wording import furniture

PAGES = Path(__file__).parent / "pages"
URL = "https://www.gazette.example/tech/siri"
SENTENCES = (
    "Apple a suspendu l’écoute des enregistrements de Siri, le temps d’un examen.",
    "Des sous-traitants avaient raconté ce qu’ils entendaient chez les clients.",
    "La marque promet un réglage pour refuser, dans une mise à jour à l’automne.",
    "Google a pris une décision voisine pour l’Europe, sur demande de Hambourg.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def page(body: str = BODY, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="fr"><head><title>Siri en pause</title>{head}</head>'
        f"<body><main><article><h1>Siri en pause</h1>{body}</article></main></body></html>"
    )


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(delay=0) as serving:
        yield serving


def fetch(url: str) -> tuple[bytes, Message]:
    with urlopen(url) as answer:  # a local server of the demonstration
        return answer.read(), answer.headers


def _written(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


@pytest.mark.parametrize("saved", sorted(PAGES.glob("*.html")), ids=lambda saved: saved.stem)
def test_a_saved_page_gives_its_article(saved: Path) -> None:
    expected = json.loads(saved.with_suffix(".json").read_text(encoding="utf-8"))

    article = parse_article(saved.read_bytes(), expected.pop("read_at"))

    assert list(article.marks) == expected.pop("marks", [])
    assert {
        "title": article.title,
        "authors": list(article.authors),
        "published": article.published and article.published.isoformat(),
        "modified": article.modified and article.modified.isoformat(),
        "lang": article.lang,
        "url": article.url,
        "paragraphs": list(article.paragraphs),
    } == expected


@pytest.mark.parametrize(
    "outlet", ["lagazette", "courrier", "quotidien", "techledger", "consumerdesk"]
)
def test_demonstration_pages_give_what_was_written(press: Press, outlet: str) -> None:
    (newsroom,) = (newsroom for newsroom in press.newsrooms if newsroom.key == outlet)
    for written in newsroom.articles:
        current = written.at_edition(2)
        url = press.url(outlet, written.path)
        body, headers = fetch(url)

        article = parse_article(body, url, encoding=headers.get_content_charset(), outlet=outlet)

        standfirst = [current.standfirst] if current.standfirst else []
        assert article.title == current.title
        assert list(article.paragraphs) == standfirst + [
            block.heading if isinstance(block, Heading) else block for block in current.paragraphs
        ]
        assert [name for name in article.authors if name != current.wire] == list(current.authors)
        assert _written(article.published) == _written(current.published)
        # JSON-LD has a time of change even where nothing was changed.
        unchanged = article.modified in {None, current.published}
        assert unchanged if current.modified is None else article.modified == current.modified
        assert article.url == url
        assert article.lang == newsroom.outlet.language


@pytest.mark.parametrize(
    ("charset", "http", "meta"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", None, None),
        ("utf-8", "iso-8859-1", None),  # the server's charset is wrong
        ("utf-8", None, "iso-8859-1"),
        ("windows-1252", "windows-1252", None),
        ("windows-1252", "iso-8859-1", "iso-8859-1"),  # what browsers take latin-1 to be
        ("windows-1252", None, "windows-1252"),
        ("windows-1252", "utf-8", "utf-8"),
        ("windows-1252", None, None),
        ("windows-1252", "klingon", None),
        ("utf-16", None, None),
        ("shift_jis", "shift_jis", None),
        ("iso-2022-jp", None, "iso-2022-jp"),
    ],
)
def test_a_page_is_decoded_whatever_its_charset_claims(
    charset: str, http: str | None, meta: str | None
) -> None:
    text = (
        "スマートスピーカー" if charset in {"shift_jis", "iso-2022-jp"} else "l’été « œuvré » déjà"
    )
    head = f'<meta charset="{meta}">' if meta else ""
    assert text in decode(f"<html><head>{head}</head><p>{text}".encode(charset), http)


def test_a_page_in_ascii_is_read_whatever_it_claims() -> None:
    assert decode(b'<meta charset="utf-16"><p>Siri', "utf-16") == '<meta charset="utf-16"><p>Siri'


def test_bytes_that_no_charset_allows_do_not_stop_the_article() -> None:
    body = page().encode("windows-1252", "xmlcharrefreplace").replace(b"Hambourg", b"\x81\xffbourg")
    assert len(parse_article(body, URL).paragraphs) == len(SENTENCES)


@pytest.mark.parametrize(
    "empty",
    [
        "",
        "   ",
        "<!-- nothing -->",
        "<html><head><title>Siri</title></head><body></body></html>",
        page(body=""),
        page(body="<p> </p><p>&nbsp;</p>"),
        "<html><body><nav><a href='/'>Accueil</a></nav><footer><p>Tous droits.</p></footer>",
        b"\x00\x00\x00",
    ],
)
def test_a_page_without_text_is_named(empty: str | bytes) -> None:
    with pytest.raises(NoBodyError, match=URL):
        parse_article(empty, URL)


def test_a_page_over_the_limit_is_refused() -> None:
    with pytest.raises(PageTooLargeError, match="at most"):
        parse_article(b" " * (MAX_BYTES + 1), URL)


def test_a_page_nested_too_deep_is_refused() -> None:
    deep = page(body="<div>" * 10_000 + BODY + "</div>" * 10_000)
    with pytest.raises(PageTooLargeError, match="255"):
        parse_article(deep, URL)


@pytest.mark.parametrize(
    "hostile",
    [
        "<span><a href='x'>" * 100 + BODY,
        "<ul><li>" * 100 + BODY,
        "<blockquote>" * 200 + BODY,
        f"<script type='application/ld+json'>{'[' * 100_000}</script>{BODY}",
        "<script type='application/ld+json'>" + '{"a":' * 5_000 + f"</script>{BODY}",
        "<p class='" + "a " * 200_000 + f"'>x</p>{BODY}",
        BODY + "<p>une phrase sans rapport.</p>" * 5_000,
        "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>&b;" + BODY,
    ],
    ids=["inline", "lists", "quotes", "arrays", "objects", "classes", "many", "entities"],
)
@pytest.mark.timeout(60)  # each takes a second or two
def test_hostile_markup_loses_no_text(hostile: str) -> None:
    article = parse_article(page(body=hostile), URL)
    assert set(SENTENCES) <= set(article.paragraphs)


def test_reading_a_page_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    head = (
        '<base href="http://elsewhere.example/"><link rel="stylesheet" href="//cdn.example/a.css">'
        '<script type="application/ld+json">{"@context": "https://schema.org/",'
        ' "@type": "NewsArticle", "headline": "Siri en pause"}</script>'
    )
    assert parse_article(page(head=head), URL).title == "Siri en pause"


@pytest.mark.parametrize(
    ("inserted", "kept"),
    [
        ("<p>À lire aussi : <a href='/a'>Google suspend les écoutes</a></p>", None),
        ("<p><strong>Lire aussi</strong> <a href='/a'>Google suspend les écoutes</a></p>", None),
        ("<p>Lire aussi | <a href='/a'>Google suspend les écoutes</a></p>", None),
        ("<h3>Sur le même sujet</h3><ul><li><a href='/a'>Google suspend</a></li></ul>", None),
        ("<p><a href='/a'>Read more: Google pauses human review of audio</a></p>", None),
        ("<figure><img><figcaption>Une enceinte, à Lyon.</figcaption></figure>", None),
        ("<div class='newsletter-box'><p>Chaque jeudi, nos enquêtes.</p></div>", None),
        ("<p>Inscrivez-vous à notre lettre du jeudi.</p>", None),
        ("<div class='ad-slot'><p>Publicité</p></div>", None),
        ("<p style='display: none'>Texte caché aux lecteurs de la page.</p>", None),
        ("<p>Publié le <time datetime='2019-08-02'>2 août 2019</time></p>", None),
        ("<p>Suivez La Gazette sur WhatsApp</p>", None),
        ("<p>Suivez les étapes sur l’écran.</p>", "Suivez les étapes sur l’écran."),
        ("<p>Download the Alexa app.</p>", "Download the Alexa app."),
        ("<h2>Et Google ?</h2>", "Et Google ?"),
        ("<h2>Google</h2>", "Google"),
        ("<p>Oui.</p>", "Oui."),
        (
            "<p>L’accord court <a href='/a'>depuis le 2 août</a>.</p>",
            "L’accord court depuis le 2 août.",
        ),
        (
            "<p><a href='/a'>Apple a présenté ses excuses</a> mercredi.</p>",
            "Apple a présenté ses excuses mercredi.",
        ),
        (
            "<p>C’était <time datetime='2019-08-02'>vendredi</time>, à Cupertino.</p>",
            "C’était vendredi, à Cupertino.",
        ),
        ("<p>Un mot<b>é</b> et <i>un</i> autre.</p>", "Un moté et un autre."),
        ("<p>Une phrase\n   sur deux\tlignes.</p>", "Une phrase sur deux lignes."),
        ("<p>« Non », dit-il.</p>", "« Non », dit-il."),
        (
            "<p>Il faut lire : la notice n’en dit rien.</p>",
            "Il faut lire : la notice n’en dit rien.",
        ),
        ("<p>Le coût<br>est nul.</p>", "Le coût est nul."),
        ("<p>Un zéro\u200bwidth et un tré\u00adma.</p>", "Un zérowidth et un tréma."),
        ("<p>De\u0301compose\u0301.</p>", "Décomposé."),
        ("<p>&lt;b&gt; &amp; &#8217;</p>", "<b> & ’"),
    ],
)
def test_what_stands_amid_the_text_is_kept_or_left_out(inserted: str, kept: str | None) -> None:
    article = parse_article(page(body=f"{BODY}{inserted}<p>{SENTENCES[0]} Fin.</p>"), URL)
    between = article.paragraphs[len(SENTENCES) : -1]
    assert between == ((kept,) if kept else ())


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<div>{sentence}</div>" for sentence in SENTENCES),
        "<div>" + "<br><br>".join(SENTENCES) + "</div>",
        "<p>" + "<br/>\n<br/>".join(SENTENCES) + "</p>",
        "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in SENTENCES) + "</ul>",
        f"<p>{SENTENCES[0]}</p><blockquote><p>{SENTENCES[1]}</p><p>{SENTENCES[2]}</p></blockquote>"
        f"<p>{SENTENCES[3]}</p>",
        f"<div><p>{SENTENCES[0]}</p></div><section><p>{SENTENCES[1]}</p></section>"
        f"<x-block><p>{SENTENCES[2]}</p></x-block><p>{SENTENCES[3]}</p>",
        f"<p>{SENTENCES[0]}<p>{SENTENCES[1]}<p>{SENTENCES[2]}<p>{SENTENCES[3]}",
        "".join(f"<p><span><span>{sentence}</span></span></p>" for sentence in SENTENCES),
    ],
    ids=["divs", "breaks", "breaks in p", "list", "quote", "mixed", "unclosed", "spans"],
)
def test_paragraphs_are_those_of_the_page(body: str) -> None:
    assert parse_article(page(body=body), URL).paragraphs == SENTENCES


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        (
            "",
            '<p class="chapo">Le géant veut rassurer ceux qui parlent à leur téléphone.</p>',
            True,
        ),
        (
            '<meta name="description" content="Le géant veut rassurer ceux qui parlent à leur '
            'téléphone.">',
            "<h2>Le géant veut rassurer ceux qui parlent à leur téléphone.</h2>",
            True,
        ),
        (
            '<meta name="description" content="Le géant veut rassurer ceux qui parlent à leur '
            'téléphone.">',
            "",
            False,
        ),
        ("", '<p class="chapo">Apple a suspendu l’écoute des enregistrements de Siri</p>', False),
    ],
    ids=["marked", "declared", "not shown", "repeated by the body"],
)
def test_the_standfirst_is_paragraph_0_where_the_page_shows_one(
    head: str, before: str, expected: bool
) -> None:
    bare = page(body="", head=head).replace("</h1>", f"</h1><header>{before}</header>{BODY}")
    paragraphs = parse_article(bare, URL).paragraphs
    standfirst = ("Le géant veut rassurer ceux qui parlent à leur téléphone.",)
    assert paragraphs == (standfirst if expected else ()) + SENTENCES


@pytest.mark.parametrize(
    ("url", "head", "canonical"),
    [
        (f"{URL}?utm_source=rss&id=3#haut", "", f"{URL}?id=3"),
        (f"{URL}?xtor=RSS-1", '<link rel="canonical" href="/tech/siri-2">', f"{URL}-2"),
        (URL, f'<link rel="shortlink canonical" href="{URL}?p=1#x">', f"{URL}?p=1"),
        (f"{URL}?a=1", f'<meta property="og:url" content="{URL}">', URL),
        (
            "https://m.gazette.example/tech/siri",
            f'<link rel="canonical" href="{URL}">',
            URL,
        ),
        # Elsewhere, or the home page: not believed.
        (URL, '<link rel="canonical" href="https://other.example/tech/siri">', URL),
        (URL, '<link rel="canonical" href="https://www.gazette.example:8080/tech/siri">', URL),
        (URL, '<link rel="canonical" href="https://www.gazette.example/">', URL),
        (URL, '<link rel="canonical" href="javascript:alert(1)">', URL),
        (URL, '<link rel="canonical" href="">', URL),
        (URL, '<link rel="canonical" href="https://[x/">', URL),
    ],
)
def test_the_canonical_address_stays_on_the_host(url: str, head: str, canonical: str) -> None:
    article = parse_article(page(head=head), url)
    assert article.url == canonical
    assert article.id == article_id(canonical)


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            '<meta property="article:published_time" content="2019-08-02T10:12+02:00">',
            "2019-08-02T10:12:00+02:00",
        ),
        (
            '<meta property="article:published_time" content="2019-08-02T08:12:00.123Z">',
            "2019-08-02T08:12:00.123000+00:00",
        ),
        (
            '<meta property="article:published_time" content="2019-08-02T10:12:00-0400">',
            "2019-08-02T10:12:00-04:00",
        ),
        (
            '<meta name="date" content="Fri, 02 Aug 2019 10:12:00 +0200">',
            "2019-08-02T10:12:00+02:00",
        ),
        ('<meta name="date" content="2019-08-02">', "2019-08-02T00:00:00+00:00"),
        ('<meta name="date" content="2019-08-02 10:12">', "2019-08-02T10:12:00+00:00"),
        ('<meta name="date" content="-0001-11-30T00:00:00+00:00">', None),
        ('<meta name="date" content="bientôt">', None),
        ("", None),
    ],
)
def test_the_date_keeps_the_zone_that_the_page_gives(head: str, published: str | None) -> None:
    article = parse_article(page(head=head), URL)
    assert (article.published and article.published.isoformat()) == published


def test_a_bare_date_yields_to_the_same_date_with_its_time() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Siri en pause",'
        ' "datePublished": "2019-08-02"}</script>'
        '<meta property="article:published_time" content="2019-08-02T10:12:00+02:00">'
    )
    published = parse_article(page(head=head), URL).published
    assert published is not None
    assert published.isoformat() == "2019-08-02T10:12:00+02:00"


@pytest.mark.parametrize(
    ("linked", "title", "authors"),
    [
        (
            '{"@type":"NewsArticle","headline":"Siri &amp; lui","author":{"name":"A Bé"}}',
            "Siri & lui",
            ("A Bé",),
        ),
        (
            '[{"@type":["Article","X"],"headline":"T","author":["A Bé","C Dé"]}]',
            "T",
            ("A Bé", "C Dé"),
        ),
        (
            '{"@graph":[{"@type":"NewsArticle","headline":"T","author":{"@id":"#1"}},'
            '{"@id":"#1","name":"A Bé"}]}',
            "T",
            ("A Bé",),
        ),
        (
            '{"@type":"WebPage","mainEntity":{"@type":"https://schema.org/NewsArticle","headline":"T"}}',
            "T",
            (),
        ),
        (
            '{"@type":"NewsArticle","headline":"T","author":"Par A Bé et C Dé"}',
            "T",
            ("A Bé", "C Dé"),
        ),
        (
            '{"@type":"NewsArticle","headline":"T","author":{"name":"Le Soir"},'
            '"publisher":{"name":"Le Soir"}}',
            "T",
            (),
        ),
        ('{"@type":"NewsArticle","headline":"T","author":{"name":["A Bé"]},}', "T", ("A Bé",)),
        ('// x\n{"@type":"NewsArticle","headline":"Sur\ndeux lignes"}', "Sur deux lignes", ()),
        ('{"@type":"NewsArticle","headline":"Siri en…"}', "Siri en pause", ()),
        ('{"@type":"NewsArticle","headline":', "Siri en pause", ()),
        (
            '{"@type":"NewsArticle","headline":7,"author":[null,3,{}],"datePublished":[]}',
            "Siri en pause",
            (),
        ),
        ('{"@type":"Organization","name":"Le Soir"}', "Siri en pause", ()),
        (
            '{"@type":"NewsArticle","headline":"Autre","url":"https://www.gazette.example/autre"}'
            '</script><script type="application/ld+json">'
            '{"@type":"NewsArticle","headline":"La bonne","url":"https://www.gazette.example/tech/siri"}',
            "La bonne",
            (),
        ),
    ],
)
def test_linked_data_is_read_in_the_forms_that_sites_use(
    linked: str, title: str, authors: tuple[str, ...]
) -> None:
    head = f'<script type="application/ld+json">{linked}</script>'
    article = parse_article(page(head=head).replace("<h1>Siri en pause</h1>", ""), URL)
    assert (article.title, article.authors) == (title, authors)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content="Siri en pause | Gazette">', "Siri en pause"),
        (
            '<meta property="og:title" content="Pause - Le Soir">'
            '<meta property="og:site_name" content="Le Soir">',
            "Pause",
        ),
        ('<meta property="og:title" content="Siri : l’avis du Soir">', "Siri : l’avis du Soir"),
        ("", "Siri en pause"),
    ],
)
def test_the_title_comes_without_the_site(head: str, title: str) -> None:
    written = page(head=head).replace("<h1>Siri en pause</h1>", "")
    assert parse_article(written, URL).title == title


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ('<p class="byline">Par Jeanne Morvan</p>', ("Jeanne Morvan",)),
        ('<p class="byline">By Tom Hale and Ana Cruz, 3 May 2019</p>', ("Tom Hale", "Ana Cruz")),
        ('<span class="author-name">Jean-Luc d’Aumale</span>', ("Jean-Luc d’Aumale",)),
        (
            '<a rel="author" href="/a">Ana Cruz</a> <a rel="author" href="/b">Li Wu</a>',
            ("Ana Cruz", "Li Wu"),
        ),
        ('<meta property="article:author" content="https://social.example/ana">', ()),
        ('<aside><p class="byline">Par Un Autre</p></aside>', ()),
        ("", ()),
    ],
)
def test_authors_are_read_from_the_byline(byline: str, authors: tuple[str, ...]) -> None:
    article = parse_article(page(body=f"{byline}{BODY}"), URL)
    assert article.authors == authors
    assert article.paragraphs == SENTENCES


@pytest.mark.parametrize(
    ("body", "declared", "assumed", "lang"),
    [
        (BODY, "fr-CA", None, "fr"),
        (BODY, "en", None, "fr"),  # the text wins
        (BODY, "", "en", "fr"),
        ("<p>Siri, Alexa, Cortana.</p>", "en-GB", "fr", "en"),
        ("<p>Siri, Alexa, Cortana.</p>", "", "fr", "fr"),
        ("<p>Siri, Alexa, Cortana.</p>", "", None, None),
        (
            "Яндекс сообщил, что записи разговоров с Алисой хранятся на серверах. " * 5,
            "fr",
            None,
            "ru",
        ),
    ],
)
def test_the_language_is_declared_unless_the_text_is_clearly_in_another(
    body: str, declared: str, assumed: str | None, lang: str | None
) -> None:
    written = page(body=body).replace('lang="fr"', f'lang="{declared}"')
    assert parse_article(written, URL, language=assumed).lang == lang


def test_what_the_caller_knows_is_kept() -> None:
    fetched = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
    article = parse_article(page(), URL, outlet="gazette", fetched=fetched)
    assert (article.outlet, article.fetched) == ("gazette", fetched)


@pytest.mark.parametrize(
    ("name", "finds"),
    [
        ("byline", re.Pattern.match),
        ("read_also", re.Pattern.fullmatch),
        ("promo", re.Pattern.match),
        ("updated", re.Pattern.search),
        ("dated", re.Pattern.fullmatch),
        ("role", re.Pattern.search),
        ("reserved", re.Pattern.match),
    ],
)
def test_furniture_finds_its_examples_and_not_the_counter_examples(
    name: str, finds: Callable[[re.Pattern[str], str], re.Match[str] | None]
) -> None:
    terms = furniture()[name]
    assert [text for text in terms.examples if not finds(terms.pattern, text)] == []
    assert [text for text in terms.counter_examples if finds(terms.pattern, text)] == []
    assert terms.examples
    assert terms.counter_examples
