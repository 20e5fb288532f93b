"""An invented press, stored through the real store: what the dashboard's tests look at."""

from __future__ import annotations

from datetime import UTC, datetime

from analysis.records import Article, Claim, Cue, article_id
from analysis.store import Page, Store

HOSTILE = (
    "**bold** <b>html</b> <img src=x onerror=alert(1)> $x^2$ :red[red] :material/star: "
    "[link](javascript:alert(1)) `code` # heading | a | b | :smile: https://evil.example -> --"
)
NOW = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)


def claim(
    article: Article,
    paragraph: int,
    quote: str,
    vendor: str,
    practice: str,
    *,
    polarity: str = "affirmed",
    certainty: str = "certain",
    source_type: str = "article",
    source: str | None = None,
    rule: str | None = None,
    confidence: float | None = None,
    cues: tuple[tuple[str, str, str], ...] = (),
) -> Claim:
    """A claim on a sentence of an article; cues as (role, words, note) in its paragraph."""
    text = article.title if paragraph < 0 else article.paragraphs[paragraph]
    start = text.index(quote)
    return Claim(
        article_id=article.id,
        paragraph=paragraph,
        start=start,
        end=start + len(quote),
        quote=quote,
        vendor=vendor,
        product=None,
        practice=practice,
        polarity=polarity,
        certainty=certainty,
        source_type=source_type,
        source=source,
        rule=rule or f"{practice}/test",
        confidence=confidence,
        cues=tuple(
            Cue(role, paragraph, text.index(words), text.index(words) + len(words), words, note)
            for role, words, note in cues
        ),
    )


def article(slug: str, outlet: str, title: str, *paragraphs: str, **fields: object) -> Article:
    """An article of an invented outlet."""
    url = f"https://{outlet}.example/{slug}"
    values = {"lang": "en", "published": datetime(2019, 4, 12, 16, 5, tzinfo=UTC), "fetched": NOW}
    return Article(
        id=article_id(url),
        title=title,
        paragraphs=paragraphs,
        outlet=outlet,
        url=url,
        **{**values, **fields},  # type: ignore[arg-type]
    )


def fill(store: Store) -> None:
    """Three outlets, five articles, and every state that a cell can have."""
    crawl = store.start_crawl(["ledger", "gazette", "odd"])
    lab = article(
        "lab",
        "ledger",
        "Staff listen to Alexa recordings",
        "Amazon employs people who listen to voice recordings. They work in several offices.",
        "The company says the recordings are anonymised.",
        "Apple workers may have heard private talk, two people told the paper.",
        authors=("Ann Example",),
    )
    gazette = article(
        "ecoute",
        "gazette",
        "Des enceintes très indiscrètes",
        "Selon Le Quotidien, Apple aurait écouté des conversations privées.",
        "Amazon affirme ne pas vendre les enregistrements à des annonceurs.",
        "Google conserve les fichiers pendant dix-huit mois.",
        lang="fr",
        published=datetime(2019, 7, 26, 6, 0, tzinfo=UTC),
    )
    denial = article(
        "denial",
        "gazette",
        "Amazon répond aux critiques",
        "Amazon affirme que personne n’écoute les enregistrements.",
        lang="fr",
        published=datetime(2020, 1, 3, 6, 0, tzinfo=UTC),
    )
    undated = article("undated", "ledger", "A note", "Google deletes nothing.", published=None)
    odd = article(
        "odd",
        "odd",
        f"Title {HOSTILE}",
        f"Before {HOSTILE}. Genesis Toys records {HOSTILE} all day. After {HOSTILE}.",
        published=datetime(2021, 5, 4, 10, 0, tzinfo=UTC),
        authors=(f"Author {HOSTILE}",),
    )
    names = {"ledger": "The Test Ledger", "gazette": "La Gazette d’essai", "odd": HOSTILE}
    for one in (lab, gazette, denial, undated, odd):
        store.save_article(one, names[str(one.outlet)], "FR" if one.lang == "fr" else "GB")
        store.record_page(Page(str(one.url), str(one.outlet), "kept", NOW, 200, one.id))
    store.record_page(Page("https://ledger.example/x", "ledger", "off_topic:no_privacy", NOW, 200))
    store.record_page(Page("https://gazette.example/y", "gazette", "http_404", NOW, 404))
    store.finish_crawl(
        crawl,
        {
            "ledger": {"feed:read": 1, "new": 2, "off_topic:no_privacy": 1},
            "gazette": {"feed:read": 1, "sitemap:http_404": 1, "new": 2, "http_404": 1},
            "odd": {"listing:read": 1, "new": 1},
        },
    )
    listens = "Amazon employs people who listen to voice recordings."
    store.save_claims(
        lab.id,
        {
            1: [
                claim(
                    lab,
                    0,
                    listens,
                    "amazon",
                    "human_review",
                    rule="human_review/listen+encoder",
                    confidence=0.9312,
                    cues=(("practice", "listen to voice recordings", "people who listen"),),
                ),
                claim(
                    lab,
                    1,
                    "The company says the recordings are anonymised.",
                    "amazon",
                    "anonymisation",
                    source_type="vendor",
                    source="The company",
                    rule="encoder",
                    confidence=0.998,
                ),
                claim(
                    lab,
                    2,
                    "Apple workers may have heard private talk, two people told the paper.",
                    "apple",
                    "human_review",
                    certainty="uncertain",
                    source_type="worker",
                    source="two people",
                ),
            ]
        },
        "test",
    )
    store.save_claims(
        gazette.id,
        {
            1: [
                claim(
                    gazette,
                    0,
                    "Selon Le Quotidien, Apple aurait écouté des conversations privées.",
                    "apple",
                    "human_review",
                    certainty="uncertain",
                    source_type="media",
                    source="Le Quotidien",
                ),
                claim(
                    gazette,
                    1,
                    "Amazon affirme ne pas vendre les enregistrements à des annonceurs.",
                    "amazon",
                    "advertising",
                    polarity="denied",
                    source_type="vendor",
                    source="Amazon",
                ),
                claim(
                    gazette,
                    2,
                    "Google conserve les fichiers pendant dix-huit mois.",
                    "google",
                    "retention",
                ),
            ]
        },
        "test",
    )
    store.save_claims(
        denial.id,
        {
            1: [
                claim(
                    denial,
                    0,
                    "Amazon affirme que personne n’écoute les enregistrements.",
                    "amazon",
                    "human_review",
                    polarity="denied",
                    source_type="vendor",
                    source="Amazon",
                )
            ]
        },
        "test",
    )
    store.save_claims(
        undated.id,
        {
            1: [
                claim(
                    undated, 0, "Google deletes nothing.", "google", "deletion", polarity="denied"
                )
            ]
        },
        "test",
    )
    store.save_claims(
        odd.id,
        {
            1: [
                claim(
                    odd,
                    0,
                    f"Genesis Toys records {HOSTILE} all day.",
                    f"other:{HOSTILE.lower()}",
                    "collection",
                    source_type="other",
                    source=HOSTILE,
                    cues=(("practice", "records", HOSTILE),),
                )
            ]
        },
        "test",
    )
