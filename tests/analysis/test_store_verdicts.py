"""Verdicts: what they change in every count, and how they live on, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from analysis.errors import InputError
from analysis.records import Article, Cue
from analysis.store import (
    CLAIM_FIELDS,
    ClaimFilter,
    SecondLook,
    Store,
    StoredClaim,
    Verdict,
    VerdictCount,
)
from tests.analysis.test_store import DENIAL, NOON, SENTENCE, a_claim, an_article, saved

EVERYTHING = ClaimFilter()
REJECTED = ClaimFilter(verdicts=("rejected",))


def only(store: Store, wanted: ClaimFilter = EVERYTHING) -> StoredClaim:
    (found,) = store.claims(wanted)
    return found


def of_each_vendor(store: Store) -> tuple[Article, StoredClaim, StoredClaim]:
    """An article in which Amazon affirms and Apple denies."""
    article = an_article()
    claims = [a_claim(article), a_claim(article, DENIAL, vendor="apple", polarity="denied")]
    saved(store, article, *claims)
    amazon, apple = store.claims()
    return article, amazon, apple


def test_a_claim_nobody_judged_is_unreviewed(store: Store) -> None:
    _, amazon, _ = of_each_vendor(store)
    assert (amazon.verdict, amazon.judged, amazon.as_read) == ("unreviewed", None, None)
    assert amazon.counted
    assert store.verdicts(amazon.id) == []


def test_a_rejected_claim_counts_nowhere_unless_asked_for(store: Store) -> None:
    article, amazon, apple = of_each_vendor(store)
    given = store.judge(amazon.id, "rejected", "Ann", "Irony.")
    assert [claim.id for claim in store.claims()] == [apple.id]
    assert store.count_claims() == store.overview().claims == 1
    assert [cell.vendor for cell in store.cells()] == ["apple"]
    assert store.article_rows()[0].claims == 1
    found = only(store, REJECTED)
    assert (found.id, found.verdict, found.judged) == (amazon.id, "rejected", given)
    assert found.current
    assert not found.counted
    assert [cell.vendor for cell in store.cells(REJECTED)] == ["amazon"]
    assert store.article_rows(REJECTED)[0].id == article.id


def test_a_corrected_claim_counts_with_its_corrected_fields(store: Store) -> None:
    _, amazon, apple = of_each_vendor(store)
    correction = {"practice": "retention", "certainty": "uncertain", "product": None}
    correction["source"] = "  two \n people "
    store.judge(amazon.id, "corrected", "Ann", correction=correction)
    found = only(store, ClaimFilter(practices=("retention",)))
    assert found.id == amazon.id
    assert found.claim == replace(
        amazon.claim,
        practice="retention",
        certainty="uncertain",
        product=None,
        source="two people",
    )
    assert found.as_read == amazon.claim
    assert only(store, ClaimFilter(practices=("human_review",))).id == apple.id
    assert only(store, ClaimFilter(certainties=("uncertain",))).id == amazon.id
    cells = {(cell.vendor, cell.practice): cell.uncertain for cell in store.cells()}
    assert cells == {("amazon", "retention"): 1, ("apple", "human_review"): 0}


def test_a_filter_on_verdicts_takes_several(store: Store) -> None:
    _, amazon, apple = of_each_vendor(store)
    store.judge(amazon.id, "accepted", "Ann")
    assert only(store, ClaimFilter(verdicts=("unreviewed",))).id == apple.id
    assert only(store, ClaimFilter(verdicts=("accepted",))).id == amazon.id
    assert store.count_claims(ClaimFilter(verdicts=("accepted", "unreviewed"))) == 2


def test_every_verdict_is_kept_and_the_latest_stands(store: Store) -> None:
    _, amazon, _ = of_each_vendor(store)
    for verdict, by in (("rejected", "Ann"), ("accepted", "Ben"), ("withdrawn", "Ann")):
        store.judge(amazon.id, verdict, by)
    history = store.verdicts(amazon.id)
    assert [(one.verdict, one.by) for one in history] == [
        ("rejected", "Ann"),
        ("accepted", "Ben"),
        ("withdrawn", "Ann"),
    ]
    assert sorted(one.at for one in history) == [one.at for one in history]
    assert history[0].reading["vendor"] == "amazon"
    assert history[0].extractor == "e1"
    claim = store.claim(amazon.id)
    assert claim is not None
    assert claim.verdict == "unreviewed"
    assert store.standing_verdicts([amazon.id, "unknown"]) == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE verdicts SET note = 'other'",
        "DELETE FROM verdicts",
        "INSERT OR REPLACE INTO verdicts SELECT * FROM verdicts",
        "TRUNCATE verdicts CASCADE",
    ],
)
def test_the_database_refuses_to_change_history(store_url: str, change: str) -> None:
    sqlite = store_url.startswith("sqlite")
    if ("REPLACE" in change and not sqlite) or ("TRUNCATE" in change and sqlite):
        change = "DELETE FROM verdicts WHERE number = 1"  # the other database's word
    with Store.open(store_url) as store:
        _, amazon, _ = of_each_vendor(store)
        given = store.judge(amazon.id, "accepted", "Ann")
        engine = sa.create_engine(store_url)
        with (
            pytest.raises(sa.exc.DBAPIError, match="never changed or deleted"),
            engine.begin() as connection,
        ):
            connection.execute(sa.text(change))
        engine.dispose()
        assert store.verdicts(amazon.id) == [given]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("accepted", "  "), "needs the name"),
        (("accepted", "x" * 101), "101 characters"),
        (("accepted", "Ann", "x" * 5_001), "5,001 characters"),
        (("doubted", "Ann"), "accepted: accepted, rejected"),
        (("rejected", "Ann", "", {"vendor": "apple"}), "no corrected fields"),
        (("corrected", "Ann"), "changes no field"),
        (("corrected", "Ann", "", {"vendor": "amazon"}), "changes no field"),
        (("corrected", "Ann", "", {"vendor": " "}), "vendor is empty"),
        (("corrected", "Ann", "", {"polarity": "maybe"}), "affirmed, denied"),
        (("corrected", "Ann", "", {"quote": "Else."}), "no field 'quote'"),
        (("corrected", "Ann", "", {"source": "x" * 501}), "longer than 500"),
    ],
)
def test_a_verdict_that_is_none_is_refused(
    store: Store, arguments: tuple[str, ...], message: str
) -> None:
    _, amazon, _ = of_each_vendor(store)
    with pytest.raises(InputError, match=message):
        store.judge(amazon.id, *arguments)  # type: ignore[arg-type]
    assert store.all_verdicts() == []


def test_an_unknown_claim_cannot_be_judged(store: Store) -> None:
    with pytest.raises(InputError, match="no claim 'nothing'"):
        store.judge("nothing", "accepted", "Ann")


def test_a_verdict_survives_a_new_reading_and_a_new_version(store: Store) -> None:
    article, amazon, apple = of_each_vendor(store)
    store.judge(amazon.id, "rejected", "Ann")
    edited = replace(article, paragraphs=("Un mot de plus.", *article.paragraphs))
    store.save_article(edited, "La Gazette")
    again = [a_claim(edited), a_claim(edited, DENIAL, vendor="apple", polarity="denied")]
    first = [amazon.claim, apple.claim]
    store.save_claims(article.id, {1: first, 2: again}, "e2")
    assert only(store).id == apple.id
    assert only(store, REJECTED).id == amazon.id


def test_what_a_reviewer_accepted_stays_so_and_a_changed_reading_is_shown_again(
    store: Store,
) -> None:
    article, amazon, apple = of_each_vendor(store)
    store.judge(amazon.id, "accepted", "Ann")
    otherwise = replace(amazon.claim, polarity="denied")
    store.save_claims(article.id, {1: [otherwise, apple.claim]}, "e2")
    (found,) = store.claims(ClaimFilter(vendors=("amazon",)))
    assert found.claim.polarity == "affirmed"
    assert found.as_read == otherwise
    assert store.second_looks() == [SecondLook(amazon.id, "read_otherwise")]
    store.judge(amazon.id, "rejected", "Ben")
    assert store.second_looks() == []


def test_an_accepted_claim_counts_while_its_sentence_stands_though_it_is_no_longer_read(
    store: Store,
) -> None:
    article = an_article()
    claim = a_claim(article)
    outside = Cue("source", 1, 0, 6, "Un mot", "note")
    saved(store, article, replace(claim, cues=(*claim.cues, outside)))
    accepted = only(store)
    store.judge(accepted.id, "accepted", "Ann")
    store.save_claims(article.id, {1: []}, "e2")
    kept = only(store)
    assert (kept.id, kept.counted) == (accepted.id, True)
    assert kept.withdrawn is not None
    assert [cell.affirmed for cell in store.cells()] == [1]
    assert store.second_looks() == [SecondLook(accepted.id, "no_longer_read")]

    moved = replace(article, paragraphs=("D’abord.", f"Ici. {SENTENCE}"))
    store.save_article(moved, "La Gazette")
    store.save_claims(article.id, {1: [], 2: []}, "e2")
    kept = only(store)
    assert (kept.claim.paragraph, kept.claim.start, kept.last_version) == (1, 5, 2)
    assert moved.paragraphs[1][kept.claim.start : kept.claim.end] == SENTENCE
    (cue,) = kept.claim.cues
    assert moved.paragraphs[cue.paragraph][cue.start : cue.end] == cue.text

    store.save_article(replace(article, paragraphs=("Autre chose.",)), "La Gazette")
    store.save_claims(article.id, {1: [], 2: [], 3: []}, "e2")
    assert store.claims() == []
    gone = store.claim(accepted.id)
    assert gone is not None
    assert (gone.verdict, gone.current, gone.last_version) == ("accepted", False, 2)


def test_a_withdrawn_claim_counts_again_once_a_reviewer_accepts_it(store: Store) -> None:
    article = an_article()
    saved(store, article, a_claim(article))
    claim_id = only(store).id
    store.save_claims(article.id, {1: []}, "e2")
    edited = replace(article, paragraphs=("D’abord.", SENTENCE))
    store.save_article(edited, "La Gazette")
    store.save_claims(article.id, {1: [], 2: []}, "e2")
    assert store.claims() == []
    store.judge(claim_id, "accepted", "Ann")
    assert (only(store).id, only(store).claim.paragraph) == (claim_id, 1)
    assert store.second_looks() == [], "the reviewer knew that it was withdrawn"
    store.judge(claim_id, "withdrawn", "Ann")
    assert store.claims() == []


def test_what_a_reviewer_corrected_counts_once_when_the_program_reads_it_so_itself(
    store: Store,
) -> None:
    article = an_article()
    claim = a_claim(article)
    saved(store, article, claim)
    corrected = only(store)
    store.judge(corrected.id, "corrected", "Ann", correction={"vendor": "google"})
    assert [cell.vendor for cell in store.cells()] == ["google"]
    store.save_claims(article.id, {1: [replace(claim, vendor="google")]}, "e2")
    now = only(store)
    assert now.id != corrected.id
    assert now.claim.vendor == "google"
    old = store.claim(corrected.id)
    assert old is not None
    assert (old.read_by_now, old.counted, old.verdict) == (now.id, False, "corrected")
    assert store.second_looks() == [SecondLook(corrected.id, "read_as_corrected", now.id)]

    store.save_claims(article.id, {1: [claim]}, "e1")
    assert only(store).id == corrected.id
    assert only(store).claim.vendor == "google"


def test_the_same_sentence_in_title_and_body_is_corrected_in_each(store: Store) -> None:
    article = an_article(title=SENTENCE)
    body = replace(a_claim(article), paragraph=0)
    saved(store, article, a_claim(article), body)
    for claim in store.claims():
        store.judge(claim.id, "corrected", "Ann", correction={"polarity": "denied"})
    assert [claim.claim.polarity for claim in store.claims()] == ["denied", "denied"]


def test_other_claims_of_a_sentence_are_named(store: Store) -> None:
    article = an_article()
    claims = [a_claim(article), a_claim(article, vendor="apple"), a_claim(article, DENIAL)]
    saved(store, article, *claims)
    amazon = next(one for one in store.claims() if one.claim == claims[0])
    assert [other.claim for other in store.same_sentence(amazon.id)] == [claims[1]]


def test_two_reviewers_at_once_are_both_kept(store_url: str) -> None:
    with Store.open(store_url) as store, ThreadPoolExecutor(8) as pool:
        _, amazon, _ = of_each_vendor(store)
        names = [f"Reviewer {number}" for number in range(16)]
        verdicts = ["accepted", "rejected"] * 8
        given = list(pool.map(lambda v, n: store.judge(amazon.id, v, n), verdicts, names))
        history = store.verdicts(amazon.id)
        assert sorted(one.by for one in history) == sorted(names)
        assert store.standing_verdicts([amazon.id]) == {amazon.id: history[-1]}
        assert sorted(given, key=lambda one: one.number) == history


def test_precision_counts_what_the_program_reads_now(store: Store) -> None:
    article = an_article()
    sentences = [f"Phrase {number}." for number in range(6)]
    article = replace(article, paragraphs=tuple(sentences))
    claims = [a_claim(article, sentence) for sentence in sentences]
    saved(store, article, *claims)
    ids = [one.id for one in store.claims()]
    store.judge(ids[0], "accepted", "Ann")
    store.judge(ids[1], "corrected", "Ann", correction={"polarity": "denied"})
    store.judge(ids[2], "corrected", "Ann", correction={"vendor": "apple"})
    store.judge(ids[3], "rejected", "Ann")
    store.judge(ids[4], "accepted", "Ann", at_random=True)
    store.judge(ids[5], "accepted", "Ann")
    store.judge(ids[5], "withdrawn", "Ann")
    chosen = VerdictCount("human_review", "fr", False, judged=4, right=2, exact=1)
    drawn = VerdictCount("human_review", "fr", True, judged=1, right=1, exact=1)
    assert store.verdict_counts() == [chosen, drawn]
    store.save_claims(article.id, {1: claims[:3]}, "e2")
    assert store.verdict_counts() == [replace(chosen, judged=3)], "the new program is right there"


def test_verdicts_move_to_another_store(store: Store) -> None:
    _, amazon, apple = of_each_vendor(store)
    reading = {name: getattr(amazon.claim, name) for name in CLAIM_FIELDS}
    given = [
        Verdict(1, amazon.id, NOON + timedelta(days=2), "Ann", "rejected", note="a"),
        Verdict(2, amazon.id, NOON, "Ben", "accepted", reading=reading),
        Verdict(3, "elsewhere", NOON, "Ben", "accepted"),
    ]
    assert store.restore_verdicts(given) == (2, ["elsewhere"])
    assert store.restore_verdicts(given) == (0, ["elsewhere"])
    assert only(store).id == apple.id, "the later verdict stands"
    assert [one.by for one in store.verdicts(amazon.id)] == ["Ben", "Ann"]
    assert store.restore_verdicts(store.all_verdicts()) == (0, [])
    with pytest.raises(InputError, match="needs the name"):
        store.restore_verdicts([replace(given[0], by="")])


@pytest.mark.parametrize("lacking", [{"vendor": None}, {"practice": ""}, {"polarity": "maybe"}])
def test_a_kept_claim_of_another_store_says_what_was_read(
    store: Store, lacking: dict[str, str | None]
) -> None:
    _, amazon, _ = of_each_vendor(store)
    reading = {name: getattr(amazon.claim, name) for name in CLAIM_FIELDS} | lacking
    given = Verdict(1, amazon.id, NOON, "Ben", "accepted", reading=reading)
    with pytest.raises(InputError, match=next(iter(lacking))):
        store.restore_verdicts([given])
    assert store.claims()[0].judged is None
