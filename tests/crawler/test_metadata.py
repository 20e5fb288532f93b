import json

import pytest

from crawler.bylines import names_in
from crawler.headlines import Wording, choose_headline
from crawler.metadata import parse_date
from crawler.pages import parse_article

URL = "https://www.gazette.example/tech/siri"
TEXT = (
    "<p>Apple a suspendu l’écoute des enregistrements de Siri, le temps d’un examen.</p>"
    "<p>La marque promet un réglage pour refuser, dans une mise à jour à l’automne.</p>"
)


def page(head: str = "", body: str = TEXT, heading: str = "Siri en pause") -> str:
    return (
        f'<html lang="fr"><head>{head}</head><body><article><h1>{heading}</h1>{body}'
        "</article></body></html>"
    )


def linked(**fields: object) -> str:
    node = {"@type": "NewsArticle", "headline": "Siri en pause", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    ("wordings", "site", "headline", "source"),
    [
        # What most say wins over the order in which they are trusted.
        (
            {"json-ld": "Siri, SEO", "og:title": "Siri en pause", "h1": "Siri en pause"},
            (),
            "Siri en pause",
            "og:title",
        ),
        ({"json-ld": "Une", "og:title": "Deux", "h1": "Trois"}, (), "Une", "json-ld"),
        # An echo counts for half.
        (
            {"json-ld": "Une", "h1": "Une", "og:title": "Deux", "twitter:title": "Deux"},
            (),
            "Une",
            "json-ld",
        ),
        ({"title": "Siri en pause | Le Soir"}, ("Le Soir",), "Siri en pause", "title"),
        ({"title": "Le Soir : Siri en pause"}, ("Le Soir",), "Siri en pause", "title"),
        ({"title": "Siri en pause - Gazette.example"}, (), "Siri en pause", "title"),
        (
            {"title": "Siri en pause – Tech – Le Soir"},
            ("Le Soir",),
            "Siri en pause – Tech",
            "title",
        ),
        ({"h1": "Siri en pause", "title": "Siri en pause | Inconnu"}, (), "Siri en pause", "h1"),
        ({"h1": "Le Soir", "og:title": "Siri en pause"}, ("Le Soir",), "Siri en pause", "og:title"),
        ({"json-ld": "Siri en…", "title": "Siri en pause"}, (), "Siri en pause", "json-ld"),
        (
            {"h1": "« Siri ne dort pas »", "title": "« Siri ne dort pas »"},
            (),
            "« Siri ne dort pas »",
            "h1",
        ),
        ({"h1": "Siri : l’avis", "og:title": "Siri"}, (), "Siri : l’avis", "h1"),
        # The heading that readers see wins where the others speak of the same.
        (
            {
                "json-ld": "Siri mise en pause",
                "h1": "Siri, longtemps à l’écoute, mise en pause",
                "og:title": "Siri mise en pause",
                "title": "Siri mise en pause | Le Soir",
            },
            ("Le Soir",),
            "Siri, longtemps à l’écoute, mise en pause",
            "h1",
        ),
        (
            {"h1": "Lundi Tech", "og:title": "Siri en pause", "title": "Siri en pause"},
            (),
            "Siri en pause",
            "og:title",
        ),
        (
            {
                "h1": "Siri se tait enfin chez Apple - voici pourquoi il faut encore vérifier",
                "title": "Siri se tait enfin chez Apple",
            },
            (),
            "Siri se tait enfin chez Apple - voici pourquoi il faut encore vérifier",
            "h1",
        ),
        (
            {
                "h1": "Siri se tait enfin chez Apple Abonnés",
                "og:title": "Siri se tait enfin chez Apple | Chroniques | Le Soir",
            },
            ("Le Soir",),
            "Siri se tait enfin chez Apple",
            "h1",
        ),
        ({"title": "Siri en pause -- Gazette"}, (), "Siri en pause", "title"),
        # A site that gives its name as the headline leaves the headline.
        ({"h1": "Siri en pause"}, ("Siri en pause",), "Siri en pause", "h1"),
        ({"h1": "Porte-à-porte chez Apple"}, (), "Porte-à-porte chez Apple", "h1"),
    ],
)
def test_the_headline_is_what_most_wordings_say(
    wordings: dict[str, str], site: tuple[str, ...], headline: str, source: str
) -> None:
    chosen = choose_headline([Wording(t, s) for s, t in wordings.items()], site, URL)
    assert (chosen[0].text, chosen[0].source) == (headline, source)


def test_the_heading_of_the_article_is_told_from_the_others() -> None:
    others = [Wording("{text}", "h1"), Wording("Rubriques", "h1"), Wording("{text}", "h1")]
    shown = Wording("Siri, longtemps à l’écoute, en pause", "h1")
    shared = Wording("Siri en pause, longtemps attendue", "og:title")
    chosen = choose_headline([others[0], shared, *others[1:], shown], (), URL)
    assert chosen[0] == shown


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Par Jeanne Morvan", ["Jeanne Morvan"]),
        ("Par Jeanne Morvan et Luc Abel", ["Jeanne Morvan", "Luc Abel"]),
        ("Jeanne Morvan avec AFP", ["Jeanne Morvan", "AFP"]),
        ("By Tom Hale with Reuters", ["Tom Hale", "Reuters"]),
        ("By Tom Hale, technology reporter", ["Tom Hale"]),
        ("Tom Hale in Seattle and Ana Cruz", ["Tom Hale", "Ana Cruz"]),
        ("Words by Ana Cruz | Photographs: Li Wu", ["Ana Cruz"]),
        ("Ana Cruz (ana@desk.example, @anacruz)", ["Ana Cruz"]),
        ("Propos recueillis par Hugo Delmas", ["Hugo Delmas"]),
        ("Jeanne Morvan, correspondante à Bruxelles", ["Jeanne Morvan"]),
        ("Marine de La Tour", ["Marine de La Tour"]),
        ("Jeanne Morvan, 3 mai 2019, 10 h 12", ["Jeanne Morvan"]),
        ("Ledger staff", ["Ledger staff"]),
        ("La rédaction, avec AFP", ["La rédaction", "AFP"]),
        ("https://social.example/ana", []),
        ("une personne", []),
        ("3 May 2019, 10:12 by Ana Cruz", ["Ana Cruz"]),
        ("December 7, 2016 @ 3:53 PM By Ana Cruz", ["Ana Cruz"]),
        ("October 14, 2009|Ana Cruz", ["Ana Cruz"]),
        ("Ana Cruz\nTuesday, Aug. 17, 2010", ["Ana Cruz"]),
        ("April Glaser", ["April Glaser"]),
        ("Ana Cruz\nFollow", ["Ana Cruz"]),
        ("Ana Cruz Follow @anacruz", ["Ana Cruz"]),
        ("View comments", []),
        ("More stories by Ana Cruz", ["Ana Cruz"]),
        ("En kiosques : mai 2019", []),
        ("", []),
    ],
)
def test_a_byline_names_people_and_agencies(byline: str, names: list[str]) -> None:
    assert names_in(byline) == names


@pytest.mark.parametrize(
    ("head", "body", "authors", "source"),
    [
        (linked(author={"name": "Ana Cruz"}), "", ("Ana Cruz",), "json-ld"),
        (linked(author={"givenName": "Ana", "familyName": "Cruz"}), "", ("Ana Cruz",), "json-ld"),
        ('<meta name="author" content="Ana Cruz">', "", ("Ana Cruz",), "meta"),
        # A collective gives way to a person further on.
        (
            '<meta name="author" content="Rédaction">',
            "<p>Par Ana Cruz</p>",
            ("Ana Cruz",),
            "byline",
        ),
        ('<meta name="author" content="Rédaction">', "", ("Rédaction",), "meta"),
        ("", "<a rel='author'>Ana Cruz</a>", ("Ana Cruz",), "markup"),
        ("", "<p>Par exemple, ceci.</p>", (), ""),
        ("", "<p>By and large it works</p>", (), ""),
        # A role in an element of its own is no part of the name.
        (
            "",
            "<p class='byline'>By <b>Ana Cruz</b> <i>Senior Politics Editor</i></p>",
            ("Ana Cruz",),
            "byline",
        ),
        (
            "",
            "<div class='author'>Par <b>ANA CRUZ, LI WU</b><br>Envoyées spéciales à Lyon</div>",
            ("ANA CRUZ", "LI WU"),
            "byline",
        ),
        # The site's name after an author is dropped, alone it is kept.
        ('<meta name="author" content="Ana Cruz, GAZETTE">', "", ("Ana Cruz",), "meta"),
        ('<meta name="author" content="Gazette">', "", ("Gazette",), "meta"),
        ('<meta name="author" content="Journal (www.gazette.example)">', "", (), ""),
        # A business card is no teaser, comments that are open are none.
        (
            "",
            "<p class='vcard'><a class='fn author'>Ana Cruz</a></p>",
            ("Ana Cruz",),
            "markup",
        ),
        (
            "",
            "<div class='comments-enabled'><p class='byline'>Ana Cruz</p></div>",
            ("Ana Cruz",),
            "byline",
        ),
        ("", "<div class='comments'><p class='byline'>Ana Cruz</p></div>", (), ""),
        (
            "",
            "<footer><a class='author'>Ana Cruz</a></footer>",
            ("Ana Cruz",),
            "byline",
        ),
        ("", "<a rel='sioc:has_creator'>Ana Cruz</a>", ("Ana Cruz",), "markup"),
        (
            "",
            "<ul><li><p itemprop='author'>Ana Cruz</p></li>"
            "<li><p itemprop='author'>Li Wu</p></li></ul>",
            ("Ana Cruz", "Li Wu"),
            "markup",
        ),
        # What declares an author in the margins counts where it names one person only.
        ("", "<nav><i itemprop='author'>Ana Cruz</i></nav>", ("Ana Cruz",), "markup"),
        (
            "",
            "<nav><i itemprop='author'>Ana Cruz</i><i itemprop='author'>Li Wu</i></nav>",
            (),
            "",
        ),
        # Who took a picture did not write the article.
        ("", "<figure><i itemprop='creator'>Li Wu</i></figure>", (), ""),
        (
            "<div itemscope itemtype='https://schema.org/ImageObject'>"
            "<meta itemprop='author' content='Li Wu'></div>",
            "",
            (),
            "",
        ),
    ],
)
def test_authors_come_with_their_source(
    head: str, body: str, authors: tuple[str, ...], source: str
) -> None:
    article = parse_article(page(head=head, body=body + TEXT), URL)
    assert (article.authors, article.provenance["authors"]) == (authors, source)


@pytest.mark.parametrize(
    ("body", "url", "date", "source"),
    [
        ("", "https://www.gazette.example/2019/08/02/siri", "2019-08-02", "address"),
        ("", "https://www.gazette.example/2019/tech/8/2/siri", "2019-08-02", "address"),
        ("<time>Publié le 2 août 2019</time>", URL, "2019-08-02", "time"),
        ("<time>August 2nd, 2019 @ 3:53 PM</time>", URL, "2019-08-02", "time"),
        # The day that readers see wins over another one behind it.
        (
            "<time datetime='2019-09-30T10:00:00Z'>Publié le 2 août 2019</time>",
            URL,
            "2019-08-02",
            "time",
        ),
        (
            "<time datetime='2019-08-01'>1er août 2019</time>"
            "<p>Publié le <time datetime='2019-08-02'>2 août 2019</time></p>",
            URL,
            "2019-08-02",
            "time",
        ),
        (
            "<p class='published'><time class='updated' datetime='2019-08-02'>2.8.</time></p>",
            URL,
            "2019-08-02",
            "time",
        ),
        (
            "<blockquote><time datetime='2018-01-01'>1.1.</time></blockquote>"
            "<time datetime='2019-08-02'>2.8.</time>",
            URL,
            "2019-08-02",
            "time",
        ),
    ],
)
def test_the_day_of_publication_is_found(body: str, url: str, date: str, source: str) -> None:
    article = parse_article(page(body=body + TEXT), url)
    assert article.published is not None
    assert (article.published.date().isoformat(), article.provenance["published"]) == (date, source)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2019-08-02T10:12:00+02:00[Europe/Paris]", "2019-08-02T10:12:00+02:00"),
        ("2019-08-02 10:12:00 +0200", "2019-08-02T10:12:00+02:00"),
        ("Fri, 02 Aug 2019 10:12:00 +0200 (CEST)", "2019-08-02T10:12:00+02:00"),
        ("2019-08-02", "2019-08-02T00:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("bientôt", None),
    ],
)
def test_dates_are_read_as_sites_write_them(value: str, date: str | None) -> None:
    found = parse_date(value)
    assert (found and found.isoformat()) == date


@pytest.mark.parametrize(
    ("head", "body", "marks"),
    [
        (linked(), "", set()),
        (linked(isAccessibleForFree=True), "<div class='paywall'></div>", set()),
        (linked(isAccessibleForFree=False), "", {"paywalled"}),
        (linked(isAccessibleForFree="False"), "", {"paywalled"}),
        (linked(hasPart={"isAccessibleForFree": False, "cssSelector": ".x"}), "", {"paywalled"}),
        ('<meta property="article:content_tier" content="metered">', "", {"paywalled"}),
        ('<meta property="article:content_tier" content="free">', "", set()),
        ("", "<div class='paywall-banner'>Abonnés</div>", {"paywalled"}),
        ("", "<p>Il vous reste 72 % de cet article à lire.</p>", {"paywalled"}),
        ("", "<p>Subscribe to continue reading</p>", {"paywalled"}),
        ("", "<p>Les abonnés d’Alexa sont prévenus du changement.</p>", set()),
        ('<script type="application/ld+json">{"@type":"LiveBlogPosting"}</script>', "", {"live"}),
        ("", "<div class='live-post'>1</div>" * 3, {"live"}),
        ("", "<div class='live-post'>1</div>", set()),
        ("", "<p class='alive'>1</p>" * 3, set()),
    ],
)
def test_live_blogs_and_paid_articles_are_marked(head: str, body: str, marks: set[str]) -> None:
    assert parse_article(page(head=head, body=TEXT + body), URL).marks == tuple(sorted(marks))


def test_the_hidden_text_of_a_paid_article_is_left_alone() -> None:
    paid = linked(isAccessibleForFree=False, articleBody="Le texte des abonnés. " * 100)
    article = parse_article(page(head=paid), URL)
    assert article.provenance["body"] == "page"
    assert len(article.paragraphs) == 2


def test_a_free_article_that_only_its_data_holds_is_read_from_there() -> None:
    free = linked(articleBody="Le texte que la page dessine.\n\nEt sa suite, avec un script.")
    article = parse_article(page(head=free, body="<div id='root'></div>"), URL)
    assert article.provenance["body"] == "json-ld"
    assert article.paragraphs == (
        "Le texte que la page dessine.",
        "Et sa suite, avec un script.",
    )
