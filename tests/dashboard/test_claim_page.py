"""The page of one claim: what it shows of the sentence, its article and its proof."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analysis.records import Article
from analysis.store import Capture, ClaimFilter, Grouping, Store
from tests.dashboard.conftest import Open
from tests.dashboard.invented_press import HOSTILE, NOW, article, claim
from tests.dashboard.test_pages import claim_of, components, store_at, texts

ALL = "Apple records all talk."


def facts(app: AppTest) -> dict[str, str]:
    """Everything that the page says as term and text."""
    found = [fact for data in components(app) for fact in data.get("facts", ())]
    return {fact["term"]: fact["text"] for fact in found}


def copyable(app: AppTest) -> dict[str, str]:
    """The texts that have a button to copy them, by their names."""
    return {data["name"]: data["text"] for data in components(app) if "copied" in data}


def links(app: AppTest) -> dict[str, str]:
    """Label -> query of the links to other pages."""
    return {link.proto.label: link.proto.query_string for link in app.get("page_link")}


def passages(app: AppTest) -> list[list[dict[str, Any]]]:
    return [data["blocks"] for data in components(app) if "blocks" in data]


def words(block: dict[str, Any], **only: object) -> str:
    """The text of a block's runs, or of those that have a value."""
    return "".join(
        run["text"]
        for run in block["runs"]
        if all(run[name] == value for name, value in only.items())
    )


def test_the_sentence_stands_marked_in_its_paragraph(open_page: Open, press: Store) -> None:
    told = press.claims(ClaimFilter(outlets=("ledger",), vendors=("amazon",)))
    listens = next(s for s in told if s.claim.practice == "human_review")
    app = open_page("claim", id=listens.id)
    assert app.title[0].value == "Amazon · Human review"
    ((_, paragraph, _),) = passages(app)
    assert words(paragraph, evidence=True) == (
        "Amazon employs people who listen to voice recordings."
    )
    assert words(paragraph, roles=["practice"]) == "listen to voice recordings"
    assert words(paragraph).endswith("several offices.")
    assert facts(app)["Practice 1"] == "“listen to voice recordings” (people who listen)"
    said = texts(app).split("\n")
    assert "Read by: expression human_review/listen, and the encoder" in said
    assert "Confidence: 0.93; about 93 of 100 claims with this confidence are right" in said
    assert {"Review", "What the company answered"} <= {title.value for title in app.subheader}


def test_who_when_and_where(open_page: Open, press: Store) -> None:
    app = open_page("claim", id=claim_of(press, "amazon", "anonymisation"))
    known = facts(app)
    assert (known["Kind of source"], known["Named as"]) == ("The company", "“The company”")
    assert known["Outlet"] == "The Test Ledger, United Kingdom"
    assert known["Published"] == "12 Apr 2019, 16:05 UTC"
    assert known["Byline"] == "By Ann Example"
    assert known["Address"] == "https://ledger.example/lab"
    assert app.get("link_button")[0].proto.url == "https://ledger.example/lab"
    undated = facts(open_page("claim", id=claim_of(press, "google", "deletion")))
    assert undated["Published"] == "no date"
    assert "Named as" not in undated


@pytest.mark.parametrize(
    ("vendor", "practice", "read_by", "confidence"),
    [
        ("amazon", "anonymisation", "the encoder alone; no expression matched", "0.99; about 99"),
        ("google", "retention", "expression retention/test", "not measured"),
    ],
)
def test_a_claim_says_what_read_it_and_how_sure_that_is(
    open_page: Open, press: Store, vendor: str, practice: str, read_by: str, confidence: str
) -> None:
    said = texts(open_page("claim", id=claim_of(press, vendor, practice))).split("\n")
    assert f"Read by: {read_by}" in said
    assert [line for line in said if line.startswith(f"Confidence: {confidence}")]


@pytest.mark.parametrize(
    "parameters",
    [{}, {"id": "0123456789abcdef"}, {"id": HOSTILE}, {"id": "x" * 10_000}, {"id": "\0"}],
)
def test_an_address_without_a_claim_says_so(open_page: Open, parameters: dict[str, str]) -> None:
    app = open_page("claim", **parameters)
    assert not app.exception
    assert app.title[0].value == "Claim"
    assert "All claims" in links(app)


def test_a_claim_leads_to_its_neighbours_in_the_article(open_page: Open, press: Store) -> None:
    first, second, third = press.claims(ClaimFilter(outlets=("ledger",), date_from=NOW.min.date()))
    app = open_page("claim", id=second.id)
    assert "Claim 2 of 3 in this article" in texts(app)
    assert links(app)["Previous claim"] == f"id={first.id}"
    assert links(app)["Next claim"] == f"id={third.id}"
    assert "Previous claim" not in links(open_page("claim", id=first.id))
    assert "Next claim" not in links(open_page("claim", id=third.id))


def edited(store: Store, *texts: str, captures: bool = False) -> Article:
    """An article whose paragraph is these texts, read on one day after the other."""
    first = article("a", "ledger", "Title", *texts[:1])
    for number, text in enumerate(texts):
        version = replace(first, paragraphs=(text,), fetched=NOW + timedelta(days=number))
        capture = Capture(f"earshot-{number}.warc.gz", number, "sha256:ab")
        store.save_article(version, "The Test Ledger", capture=capture if captures else None)
    return first


def test_every_version_is_told_with_its_times_and_what_became_of_the_sentence(
    open_page: Open, tmp_path: Path
) -> None:
    reworded = "Apple records some talk."
    with Store.open(store_at(tmp_path)) as store:
        first = edited(store, ALL, f"{ALL} It said so.", reworded, "Nothing.", captures=True)
        found = claim(first, 0, ALL, "apple", "collection")
        store.save_claims(first.id, {1: [found], 2: [found], 3: [], 4: []}, "test")
        version = replace(first, paragraphs=(ALL,), fetched=NOW + timedelta(days=5))
        store.save_article(version, "The Test Ledger")
        store.save_claims(first.id, {1: [found], 2: [found], 3: [], 4: [], 5: [found]}, "test")
        (stored,) = store.claims()
    app = open_page("claim", store_at(tmp_path), id=stored.id)
    said = [text.value for text in app.text]
    begin = said.index("Seen on 1 Mar 2025, 08:00 UTC")
    assert said[begin : begin + 10] == [
        "Seen on 1 Mar 2025, 08:00 UTC",
        "The sentence stands in it.",
        "Seen on 2 Mar 2025, 08:00 UTC",
        "The sentence is the same.",
        "Seen on 3 Mar 2025, 08:00 UTC",
        "The sentence was reworded:",
        "Seen on 4 Mar 2025, 08:00 UTC",
        "The sentence is gone.",
        "Seen on 6 Mar 2025, 08:00 UTC",
        "The sentence appears.",
    ]
    _, (change,) = passages(app)
    assert words(change, change="removed") == "all"
    assert words(change, change="added") == "some"
    assert not app.warning


def test_a_claim_that_no_longer_counts_says_why(open_page: Open, tmp_path: Path) -> None:
    first = article("a", "ledger", "Title", ALL, "Google keeps it.")
    changed = replace(first, paragraphs=("Apple records nothing now.", "Google keeps it."))
    apple = claim(first, 0, ALL, "apple", "collection")
    google = claim(first, 1, "Google keeps it.", "google", "retention")
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(first, "The Test Ledger")
        store.save_claims(first.id, {1: [apple, google]}, "one")
        ids = {stored.claim.vendor: stored.id for stored in store.claims()}
        store.save_article(changed, "The Test Ledger")
        store.save_claims(first.id, {1: [apple], 2: []}, "two")
    gone = open_page("claim", store_at(tmp_path), id=ids["apple"])
    assert "edited this article" in gone.warning[0].value
    assert words(passages(gone)[0][1], evidence=True) == ALL
    withdrawn = open_page("claim", store_at(tmp_path), id=ids["google"])
    assert "Withdrawn" in withdrawn.warning[0].value


def test_a_verdict_stands_beside_the_claim(open_page: Open, tmp_path: Path) -> None:
    with Store.open(store_at(tmp_path)) as store:
        first = edited(store, ALL)
        found = claim(first, 0, ALL, "apple", "collection")
        store.save_claims(first.id, {1: [found]}, "test")
        (stored,) = store.claims()
        store.judge(stored.id, "rejected", "Ann", "A joke.")
    app = open_page("claim", store_at(tmp_path), id=stored.id)
    assert "rejected this claim" in app.warning[0].value
    assert [text for text in texts(app).split("\n") if ":red-badge[" in text]
    assert "Claim 1 of" not in texts(app)


def test_a_much_edited_article_shows_its_last_versions(open_page: Open, tmp_path: Path) -> None:
    with Store.open(store_at(tmp_path)) as store:
        first = edited(store, *(f"{ALL} Update {n}." for n in range(20)))
        found = claim(first, 0, ALL, "apple", "collection")
        store.save_claims(first.id, {n: [found] for n in range(1, 21)}, "test")
        (stored,) = store.claims()
    said = texts(open_page("claim", store_at(tmp_path), id=stored.id))
    assert "8 earlier versions" in said
    assert said.count("The sentence is the same.") == 12


def test_the_archived_copy_is_named_with_the_command_that_shows_it(
    open_page: Open, press: Store, tmp_path: Path
) -> None:
    with Store.open(store_at(tmp_path)) as store:
        first = edited(store, ALL, captures=True)
        found = claim(first, 0, ALL, "apple", "collection")
        store.save_claims(first.id, {1: [found]}, "test")
        (stored,) = store.claims()
    app = open_page("claim", store_at(tmp_path), id=stored.id)
    known = facts(app)
    assert (known["File"], known["Byte"], known["Digest"]) == (
        "earshot-0.warc.gz",
        "0",
        "sha256:ab",
    )
    assert copyable(app)["Command"] == ("python -m crawler show-archive https://ledger.example/a")
    assert "Archived copy: earshot-0.warc.gz, byte 0, sha256:ab." in copyable(app)["English"]
    none = open_page("claim", id=claim_of(press, "google", "retention"))
    assert "is not archived" in texts(none)
    assert "Command" not in copyable(none)


def test_an_address_with_a_shell_s_characters_is_one_word_of_the_command(
    open_page: Open, tmp_path: Path
) -> None:
    odd = article("a?b='$(rm x)&c", "ledger", "Title", ALL)
    with Store.open(store_at(tmp_path)) as store:
        store.save_article(odd, "Ledger", capture=Capture("f", 0, "sha256:ab"))
        store.save_claims(odd.id, {1: [claim(odd, 0, ALL, "apple", "collection")]}, "test")
        (stored,) = store.claims()
    command = copyable(open_page("claim", store_at(tmp_path), id=stored.id))["Command"]
    assert command.endswith("""show-archive 'https://ledger.example/a?b='"'"'$(rm x)&c'""")


def test_the_same_story_elsewhere(open_page: Open, tmp_path: Path) -> None:
    with Store.open(store_at(tmp_path)) as store:
        copies = [
            article(slug, slug, f"Headline {slug}", ALL, published=NOW + timedelta(days=day))
            for slug, day in (("late", 3), ("early", 1), ("later", 4))
        ]
        for copy in copies:
            store.save_article(copy, f"The {copy.outlet}")
            claims = [] if copy.outlet == "later" else [claim(copy, 0, ALL, "apple", "collection")]
            store.save_claims(copy.id, {1: claims}, "test")
        late, early, _ = copies
        ids = tuple(copy.id for copy in copies)
        store.save_stories([Grouping(early.id, early.id, "afp", ids)])
        by_article = {stored.claim.article_id: stored.id for stored in store.claims()}
    app = open_page("claim", store_at(tmp_path), id=by_article[late.id])
    said = texts(app)
    assert "3 articles carry this text" in said
    assert "Credited to the agency Agence France-Presse" in said
    assert "The early · 2 Mar 2025" in said
    assert "Headline early" in said
    assert "Headline late" not in [text.value for text in app.text]
    assert links(app)["The claim there"] == f"id={by_article[early.id]}"
    first = texts(open_page("claim", store_at(tmp_path), id=by_article[early.id]))
    assert "This article was published first" in first


def test_a_claim_can_be_cited_and_found_again(open_page: Open, press: Store) -> None:
    claim_id = claim_of(press, "google", "retention")
    texts = copyable(open_page("claim", id=claim_id))
    assert texts["Permanent address of this page"].endswith(f"/claim?id={claim_id}")
    assert texts["Français"].startswith(
        "«\xa0Google conserve les fichiers pendant dix-huit mois.\xa0» — "
        "«\xa0Des enceintes très indiscrètes\xa0», La Gazette d’essai, 26 juillet 2019."
    )
    assert "La Gazette d’essai, 26 July 2019." in texts["English"]
    assert texts["BibTeX"].startswith(f"@online{{gazette2019-{claim_id[:6]},")
    assert '"type": "article-newspaper"' in texts["CSL-JSON"]


def test_the_whole_article_is_sent_when_it_is_opened(open_page: Open, press: Store) -> None:
    app = open_page("claim", id=claim_of(press, "google", "retention"))
    assert len(passages(app)) == 1
    app.session_state["whole"] = True
    app.run()
    _, whole = passages(app)
    assert [words(block) for block in whole][1:] == [
        "Selon Le Quotidien, Apple aurait écouté des conversations privées.",
        "Amazon affirme ne pas vendre les enregistrements à des annonceurs.",
        "Google conserve les fichiers pendant dix-huit mois.",
    ]


@pytest.mark.browser
def test_a_browser_copies_the_citation_and_says_what_the_marks_mean(
    browser: Browser, served: str, press: Store
) -> None:
    told = press.claims(ClaimFilter(outlets=("ledger",), vendors=("amazon",)))
    listens = next(s for s in told if s.claim.practice == "human_review")
    context = browser.new_context(
        base_url=served, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto(f"/claim?id={listens.id}")
    sentence = page.locator(".sentence").first
    expect(sentence).to_have_text(
        re.compile(r"^Amazon employs .* listen to voice recordingsPractice 1\.$"), timeout=60_000
    )
    expect(sentence.locator(".practice").first).to_have_css("text-decoration-style", "solid")
    expect(page.get_by_text("The sentence of the claim")).to_be_visible()
    assert (
        "[Beginning of the sentence] Amazon employs"
        in page.locator(".passage").first.text_content()
    )
    page.get_by_role("button", name="Copy: English").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "“Amazon employs people who listen to voice recordings.” — Ann Example"
    )
    context.close()
