from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analysis.dashboard.passage import passage, runs
from analysis.records import Cue
from tests.dashboard.invented_press import HOSTILE, article, claim


@given(st.data())
def test_runs_joined_are_the_text_and_the_marked_ones_the_sentence(data: st.DataObject) -> None:
    text = data.draw(st.text(max_size=40) | st.just(HOSTILE))
    offset = st.integers(0, len(text))
    start, end = sorted((data.draw(offset), data.draw(offset)))
    any_offset = st.integers(-3, len(text) + 3)
    spans = data.draw(st.lists(st.tuples(any_offset, any_offset), max_size=4))
    cues = [(n, Cue("practice", 0, *span, "")) for n, span in enumerate(spans, start=1)]

    cut = runs(text, (start, end), cues)

    assert "".join(run.text for run in cut) == text
    assert "".join(run.text for run in cut if run.evidence) == text[start:end]
    assert all(run.text for run in cut)


def test_overlapping_cues_are_numbered_where_they_end() -> None:
    cues = [(1, Cue("vendor", 0, 0, 5, "Apple")), (2, Cue("practice", 0, 3, 9, "le rec"))]
    cut = runs("Apple records it.", (0, 17), cues)
    assert [(run.text, run.roles, run.ends) for run in cut] == [
        ("App", ("vendor",), ()),
        ("le", ("vendor", "practice"), (("vendor", "Vendor 1"),)),
        (" rec", ("practice",), (("practice", "Practice 2"),)),
        ("ords it.", (), ()),
    ]


def test_two_cues_of_one_role_are_underlined_once() -> None:
    cues = [(1, Cue("source", 0, 0, 4, "They")), (2, Cue("source", 0, 0, 4, "They"))]
    (run, _) = runs("They say.", None, cues)
    assert (run.roles, run.ends) == (
        ("source",),
        (("source", "Source 1"), ("source", "Source 2")),
    )


def test_a_passage_shows_the_title_the_paragraph_and_those_of_its_cues() -> None:
    story = article("a", "ledger", "Title", "Apple spoke.", "Nothing.", "Nothing.", "It records.")
    found = claim(story, 3, "It records.", "apple", "collection")
    pronoun = Cue("vendor", 0, 0, 5, "Apple", "pronoun for apple")
    blocks = passage(story, replace(found, cues=(pronoun,)))
    assert ["".join(r["text"] for r in b["runs"]) for b in blocks] == [
        "Title",
        "Apple spoke.",
        "It records.",
    ]
    assert [(b["title"], b["gap"]) for b in blocks] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_a_passage_tells_that_the_article_goes_on() -> None:
    story = article("a", "ledger", "Title", "It records.", "More.")
    blocks = passage(story, claim(story, 0, "It records.", "apple", "collection"))
    assert blocks[-1] == {"title": False, "gap": True, "runs": []}


def test_the_whole_article_has_every_paragraph() -> None:
    story = article("a", "ledger", "Title", "It records.", "More.", "Still more.")
    blocks = passage(story, claim(story, 0, "It records.", "apple", "collection"), whole=True)
    assert [b["runs"][0]["text"] for b in blocks] == ["Title", *story.paragraphs]
    assert not any(b["gap"] for b in blocks)


def test_a_claim_of_the_title_is_marked_there() -> None:
    story = article("a", "ledger", "Apple records all", "Text.")
    blocks = passage(story, claim(story, -1, "Apple records all", "apple", "collection"))
    assert [(r["text"], r["evidence"]) for b in blocks for r in b["runs"]] == [
        ("Apple records all", True)
    ]
