"""Articles out of files: saved pages, plain text and PDF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.records import article_id
from analysis.store import Store
from crawler.archive.reading import read_page
from crawler.files import read_file
from crawler.pages import NoBodyError
from crawler.pdf import MAX_PAGES, PdfError, read_pdf
from crawler.uploads import MAX_BYTES, MAX_CHARACTERS, Given, UploadError, add_file
from tests.crawler.pdfs import blank, locked, pdf

FIRST = [
    "Amazon confirmed on Thursday that its staff listen to some of the record-",
    "ings that Alexa makes, and that customers had not been told about it at all.",
    "It is not the only one.",
    "Apple says that it keeps nothing of what people say to Siri at home or away,",
    "and that nobody listens to it.",
]
PARAGRAPHS = (
    "Amazon confirmed on Thursday that its staff listen to some of the recordings that Alexa "
    "makes, and that customers had not been told about it at all. It is not the only one.",
    "Apple says that it keeps nothing of what people say to Siri at home or away, and that nobody "
    "listens to it.",
)
TEXT = "Who listens to Alexa\n\n" + "\n\n".join(PARAGRAPHS)
HTML = (
    '<html lang="en"><head><title>Who listens to Alexa</title>'
    '<link rel="canonical" href="https://ledger.example/tech/alexa?utm_source=x">'
    '<meta property="article:published_time" content="2019-04-12"></head><body><article>'
    f"<h1>Who listens to Alexa</h1><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article>"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'earshot.db'}") as opened:
        yield opened


def test_the_lines_of_a_pdf_become_paragraphs() -> None:
    title, paragraphs = read_pdf(pdf(FIRST, title="Who listens to Alexa"))
    assert title == "Who listens to Alexa"
    assert " ".join(paragraphs) == " ".join(PARAGRAPHS)
    assert "recordings that Alexa makes" in paragraphs[0]
    assert paragraphs[-1].endswith("and that nobody listens to it.")


def test_what_stands_on_every_page_is_left_out() -> None:
    pages = [
        ["The Ledger", f"{word}.", *FIRST, f"{word}.", f"Page {number} of 4"]
        for number, word in enumerate(("One", "Two", "Three", "Four"), start=1)
    ]
    _, paragraphs = read_pdf(pdf(*pages))
    text = " ".join(paragraphs)
    assert "Ledger" not in text
    assert "Page" not in text
    assert text.count("Amazon confirmed") == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (locked(pdf(FIRST), "secret"), "encrypted"),
        (pdf(FIRST)[:300], "damaged"),
        (b"no PDF at all", "damaged"),
        (b"", "damaged"),
        (blank(3), "no_text"),
        (blank(MAX_PAGES + 1), "too_many_pages"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(PdfError) as refused:
        read_pdf(content)
    assert refused.value.reason == reason


def test_a_pdf_that_only_asks_not_to_be_changed_is_read() -> None:
    _, paragraphs = read_pdf(locked(pdf(FIRST), ""))
    assert "Siri" in paragraphs[-1]


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".txt", TEXT.encode()),
        (".txt", TEXT.replace("\n\n", "\n").encode("utf-16")),
        (".txt", TEXT.replace("\n\n", "\r\n\r\n").encode()),
        (".html", HTML.encode()),
    ],
)
def test_title_paragraphs_and_language_of_a_file(suffix: str, content: bytes) -> None:
    article = read_file(suffix, content)
    assert article.title == "Who listens to Alexa"
    assert article.paragraphs == PARAGRAPHS
    assert article.lang == "en"


def test_a_saved_page_says_its_address_and_date() -> None:
    article = read_file(".html", HTML.encode())
    assert article.url == "https://ledger.example/tech/alexa"
    assert article.published is not None
    assert article.published.date() == date(2019, 4, 12)


@pytest.mark.parametrize("content", [b"", b" \n\n ", b"\x00\x01", b"12 34"])
def test_a_file_without_text_is_refused(content: bytes) -> None:
    with pytest.raises(NoBodyError):
        read_file(".txt", content)


def test_what_is_written_by_hand_comes_first(store: Store) -> None:
    given = Given(
        title="By hand",
        outlet="The Ledger",
        lang="fr",
        url="https://ledger.example/other#top",
        published=date(2020, 1, 2),
    )
    added = add_file("saved.html", HTML.encode(), given, store)
    article = store.article(article_id("https://ledger.example/other"))
    assert added.outcome == "new"
    assert article is not None
    assert (article.title, article.lang, article.outlet) == ("By hand", "fr", "The Ledger")
    assert article.published == datetime(2020, 1, 2, tzinfo=UTC)
    assert article.provenance["published"] == "hand"


def test_the_same_text_or_address_is_a_duplicate(store: Store) -> None:
    first = add_file("a.txt", TEXT.encode(), Given(outlet="Ledger"), store)
    assert first.outcome == "new"
    again = add_file("b.txt", TEXT.encode(), Given(outlet="Herald"), store)
    assert (again.outcome, again.article.id) == ("duplicate", first.article.id)
    html = HTML.replace("Apple says", "Apple insists").encode()
    page = add_file("a.html", html, Given(), store)
    assert (page.outcome, page.article.outlet) == ("new", "ledger.example")
    other = Given(title="Other", url="http://www.ledger.example/tech/alexa/")
    assert add_file("b.html", html, other, store).outcome == "duplicate"
    assert store.versions(page.article.id)[1:] == []


@pytest.mark.parametrize(
    ("name", "content", "given", "reason"),
    [
        ("a.exe", b"", Given(), "unknown_kind"),
        ("a.pdf", b"%PDF-" + b" " * MAX_BYTES, Given(), "too_large"),
        ("a.txt", b"word " * (MAX_CHARACTERS // 4), Given(outlet="Ledger"), "too_large"),
        ("a.pdf", blank(1), Given(), "no_text"),
        ("a.html", b"<p>", Given(), "no_text"),
        ("a.html", b"<div>" * 10_000 + b"Alexa", Given(), "too_large"),
        ("a.txt", TEXT.encode(), Given(), "no_outlet"),
        ("a.txt", b"Hm", Given(outlet="Ledger"), "unknown_language"),
        ("a.txt", TEXT.encode(), Given(outlet="Ledger", lang="de"), "unknown_language"),
    ],
)
def test_a_file_that_cannot_be_added_says_why(
    name: str, content: bytes, given: Given, reason: str, store: Store
) -> None:
    with pytest.raises(UploadError, match=name) as refused:
        add_file(name, content, given, store)
    assert refused.value.reason == reason
    assert store.overview().articles == 0


def test_the_command_says_what_became_of_each_file(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.pdf").write_bytes(pdf(FIRST, title="Who listens"))
    (tmp_path / "scan.pdf").write_bytes(blank(1))
    files = [str(tmp_path / name) for name in ("a.pdf", "scan.pdf")]
    done = run.crawl("add-files", *files, "--outlet", "The Ledger", "--date", "2019-04-12")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert (first["outcome"], first["title"]) == ("new", "Who listens")
    assert second["outcome"] == "no_text"
    assert "OCR" in second["message"]
    with run.store() as store:
        assert store.article(first["article_id"]).published == datetime(2019, 4, 12, tzinfo=UTC)


def test_the_file_itself_is_archived_once(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    content = pdf(FIRST, title="Who listens")
    (tmp_path / "a.pdf").write_bytes(content)
    arguments = ("add-files", str(tmp_path / "a.pdf"), "--outlet", "The Ledger")
    added = json.loads(run.crawl(*arguments).stdout)
    assert json.loads(run.crawl(*arguments).stdout)["outcome"] == "duplicate"
    [file] = (run.folder / "earshot-archive").iterdir()
    with run.store() as store:
        [version] = store.history(added["article_id"])
    assert version.capture.file == file.name
    kept = read_page(file, version.capture.offset)
    assert (kept.url, kept.media_type, kept.body) == (added["url"], "application/pdf", content)
    assert "1 pages of the store: no damage" in run.crawl("verify").stdout


def test_without_an_archive_the_article_alone_is_kept(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run.settings["EARSHOT_ARCHIVE"] = "off"
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = run.crawl("add-files", str(tmp_path / "a.txt"), "--outlet", "The Ledger")
    with run.store() as store:
        [version] = store.history(json.loads(done.stdout)["article_id"])
    assert version.capture is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.txt", "b.txt", "--title", "T"), "--title and --url are of a single file"),
        (("a.txt", "--date", "yesterday"), "write a day as YYYY-MM-DD"),
        (("a.txt", "--url", "ledger"), "not a web address"),
        (("missing.txt",), "missing.txt: cannot be read: No such file"),
    ],
)
def test_wrong_arguments_are_named(run, arguments: tuple[str, ...], message: str) -> None:  # type: ignore[no-untyped-def]
    done = run.crawl("add-files", *arguments)
    assert done.returncode == 1
    assert message in done.stderr
