"""Whole crawls and imports, by the real commands: what is archived, and what is not."""

from __future__ import annotations

import gzip
import os
import signal
import urllib.request
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from typer.testing import CliRunner

from analysis.records import article_id
from analysis.store import Version
from crawler.cli import app
from tests.crawler.archive.exchanges import fields, members


def records(folder: Path) -> list[tuple[str, str, str]]:
    """Kind, address and status or method of every record, in order."""
    found = []
    for path in sorted(folder.glob("earshot-archive/*.warc.gz")):
        for _, member in members(path):
            head = fields(member)
            start = member.partition(b"\r\n\r\n")[2].split(b"\r\n")[0].decode()
            found.append((head["WARC-Type"], head.get("WARC-Target-URI", ""), start))
    return found[1:]


def history(run, url: str) -> list[Version]:
    with run.store() as store:
        known = store.identity(url)
        return store.history(known[0]) if known else []


@pytest.fixture(scope="module")
def crawled(new_site, new_run):
    """Two crawls of one outlet, the second after an edit; the site and the run."""
    site, run = new_site(), new_run()
    paths = ["/plain", "/packed", "/moved", "/off", "/asks", "/says", "/gone", "/forms/", "/forms"]
    for path in ("/plain", "/packed", "/forms", "/forms/"):
        site.put_article(path)
    site.answers["/forms/"].body = site.answers["/forms"].body
    site.put_article("/off", "off")
    packed = gzip.compress(site.answers["/packed"].body)
    html = {"Content-Type": "text/html; charset=utf-8"}
    site.put("/packed", packed, headers=html | {"Content-Encoding": "gzip", "X-Served": "caf\xe9"})
    site.put("/moved", "Moved", status=301, headers={"Location": "/plain-2"})
    site.put_article("/plain-2")
    site.put_article("/asks")
    site.answers["/asks"].body = site.answers["/asks"].body.replace(
        b"<head>", b'<head><meta name="robots" content="noarchive">'
    )
    site.put_article("/says")
    site.put("/says", site.answers["/says"].body, headers=html | {"X-Robots-Tag": "noarchive"})
    site.put_feed("/feed", [site.url(path) for path in paths])
    outlets = run.outlets(site.outlet("gazette"))
    for edition in (1, 2):
        done = run.crawl("crawl", "--outlets", outlets, "--refetch")
        assert done.returncode == 0, done.stderr
        if edition == 1:
            first = records(run.folder)
            site.put_article("/plain", more="L’enceinte a été retirée de la vente.")
    return site, run, first


def test_kept_pages_are_archived_with_their_redirects_and_nothing_else_is(crawled):
    site, _, first = crawled
    pairs = [(address.removeprefix(site.url("")), start) for _, address, start in first]
    assert [kind for kind, _, _ in first] == ["response", "request"] * (len(first) // 2)
    responses = sorted(pairs[::2])
    forms = [pair for pair in responses if pair[0].startswith("/forms")]
    assert len(forms) == 1, "one article at two forms of its address"
    assert [pair for pair in responses if pair not in forms] == [
        ("/moved", "HTTP/1.1 301 Moved Permanently"),
        ("/packed", "HTTP/1.1 200 OK"),
        ("/plain", "HTTP/1.1 200 OK"),
        ("/plain-2", "HTTP/1.1 200 OK"),
    ]
    for (address, _), (_, request) in zip(pairs[::2], pairs[1::2], strict=True):
        assert request == f"GET {address} HTTP/1.1"


def test_a_second_crawl_archives_only_the_text_that_is_new(crawled):
    site, run, first = crawled
    later = records(run.folder)[len(first) + 1 :]
    assert [address for _, address, _ in later] == [site.url("/plain")] * 2
    old, new = history(run, site.url("/plain"))
    assert old.capture
    assert new.capture
    assert old.capture.file != new.capture.file
    assert "crawl-1-00001" in old.capture.file
    assert "crawl-2-00001" in new.capture.file
    assert old.last_seen < new.first_seen
    (unchanged,) = history(run, site.url("/packed"))
    assert unchanged.first_seen < unchanged.last_seen


def test_what_asks_not_to_be_archived_is_stored_without_its_page(crawled):
    site, run, _ = crawled
    for path in ("/asks", "/says"):
        (version,) = history(run, site.url(path))
        assert version.capture is None


def test_the_archive_has_the_bytes_and_headers_that_were_sent(crawled):
    site, run, _ = crawled
    (version,) = history(run, site.url("/packed"))
    assert version.capture is not None
    with (run.folder / "earshot-archive" / version.capture.file).open("rb") as stream:
        stream.seek(version.capture.offset)
        record = next(iter(ArchiveIterator(stream)))
        body = record.reader.read()
        headers = dict(record.http_headers.items_bytes())
    assert body == site.answers["/packed"].body
    assert headers[b"Content-Encoding"] == b"gzip"
    assert headers[b"Content-Length"] == str(len(body)).encode()
    assert headers[b"X-Served"] == b"caf\xe9"


def test_show_archive_serves_the_stored_page(crawled):
    site, run, _ = crawled
    server = run.start("crawler", "show-archive", site.url("/plain/"))
    try:
        assert server.stdout.readline() == f"2 archived version(s) of {site.url('/plain')}:\n"
        address = server.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}2/page", timeout=10) as answer:
            assert "retirée de la vente" in answer.read().decode()
    finally:
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate(timeout=20)
    assert (server.returncode, out) == (0, "Stopped.\n")


def verify(run) -> tuple[int, str]:
    """`python -m crawler verify` on a run's store: exit status and output."""
    done = CliRunner(env={"EARSHOT_DATABASE_URL": run.database}).invoke(app, ["verify"])
    return done.exit_code, done.stdout


def test_verify_names_damage_and_fails(crawled):
    site, run, _ = crawled
    assert verify(run) == (0, "2 files, 14 records, 5 pages of the store: no damage\n")
    (version,) = history(run, site.url("/packed"))
    path = run.folder / "earshot-archive" / version.capture.file
    whole = path.read_bytes()
    try:
        with path.open("r+b") as file:
            os.pwrite(file.fileno(), b"\x00" * 8, version.capture.offset + 100)
        status, out = verify(run)
        assert status == 1
        assert f"{path.name}, byte {version.capture.offset}: " in out
        assert out.endswith("damaged\n")
    finally:
        path.write_bytes(whole)


def test_articles_come_out_of_a_foreign_archive_as_they_were_then(crawled, new_run):
    site, run, _ = crawled
    files = sorted(map(str, (run.folder / "earshot-archive").iterdir()))
    other = new_run()
    outlets = other.outlets(site.outlet("gazette"))
    done = other.crawl("import-warc", *files, "--outlets", outlets)
    assert done.returncode == 0, done.stderr
    was, now = history(run, site.url("/plain")), history(other, site.url("/plain"))
    assert [version.article.paragraphs for version in now] == [
        version.article.paragraphs for version in was
    ]
    for version, original in zip(now, was, strict=True):
        assert version.capture.digest == original.capture.digest
        assert abs(version.first_seen - original.first_seen).total_seconds() < 5
    assert {address for _, address, _ in records(other.folder)} == {
        site.url(path) for path in ("/plain", "/packed", "/plain-2")
    } | {history(other, site.url("/forms"))[0].article.url}
    assert {kind for kind, _, _ in records(other.folder)} == {"response"}
    assert verify(other) == (0, "1 files, 6 records, 5 pages of the store: no damage\n")

    again = other.crawl("import-warc", *files[::-1], "--outlets", outlets)
    assert again.returncode == 0, again.stderr
    after = history(other, site.url("/plain"))
    assert [(v.first_seen, v.capture) for v in after] == [(v.first_seen, v.capture) for v in now]
    page = other.page(site.url("/plain"))
    assert page is not None
    assert (page.outcome, page.article_id) == ("kept", article_id(site.url("/plain")))


def test_an_import_says_what_it_cannot_read(run, tmp_path):
    broken = tmp_path / "broken.warc"
    broken.write_bytes(b"not a WARC file")
    done = run.crawl("import-warc", str(broken))
    assert done.returncode == 1
    assert "broken.warc: cannot be read as WARC" in done.stderr


def test_an_archive_can_be_off_and_one_that_cannot_be_written_ends_the_crawl(site, run):
    site.put_article("/a")
    site.put_feed("/feed", [site.url("/a")])
    outlets = run.outlets(site.outlet("gazette"))
    (run.folder / "earshot-archive").write_text("in the way")
    done = run.crawl("crawl", "--outlets", outlets)
    assert done.returncode == 1
    assert "earshot-archive cannot be written" in done.stderr
    assert history(run, site.url("/a")) == []
    run.settings["EARSHOT_ARCHIVE"] = "off"
    done = run.crawl("crawl", "--outlets", outlets)
    assert done.returncode == 0, done.stderr
    (version,) = history(run, site.url("/a"))
    assert version.capture is None
