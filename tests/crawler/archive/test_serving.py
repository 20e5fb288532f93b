"""What show-archive serves, and that nothing in a page acts when a browser shows it."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from analysis.errors import InputError
from analysis.records import Article, article_id
from analysis.store import Page, Store
from crawler.archive.commands import shown_pages
from crawler.archive.serving import ArchiveServer, inert
from crawler.archive.verifying import verify
from tests.crawler.archive.exchanges import PAGE, WHEN, a_file, an_archive, an_exchange

URL = "https://gazette.example/tech/a"
MARKER = "L’enceinte écoute."


@pytest.fixture
def watcher() -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """A port that notes every connection, whatever is sent over it."""
    connections: list[tuple[str, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                connections.append(peer)
                connection.close()

        Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", connections
        server.shutdown(socket.SHUT_RDWR)


def hostile(target: str) -> bytes:
    """A page that tries to reach a server by every way a page has."""
    return f"""<!doctype html><html><head><meta charset=utf-8><title>T</title>
<base href="{target}/">
<meta http-equiv=refresh content="0; url={target}/refresh">
<meta http-equiv=Content-Security-Policy content="default-src *">
<link rel=preconnect href="{target}"><link rel=dns-prefetch href="{target}">
<link rel=prefetch href="{target}/prefetch"><link rel=prerender href="{target}/prerender">
<link rel=stylesheet href="{target}/style.css"><link rel=icon href="{target}/icon">
<style>@import url({target}/import.css); body {{ background: url({target}/background) }}
@font-face {{ font-family: F; src: url({target}/font) }} body {{ font-family: F }}</style>
<script src="{target}/script.js"></script>
<script>fetch("{target}/fetch"); new Image().src = "{target}/image"</script></head>
<body onload="fetch('{target}/onload')" background="{target}/body"><p>{MARKER}</p>
<img src="{target}/img" srcset="{target}/srcset 2x" onerror="fetch('{target}/onerror')">
<picture><source srcset="{target}/source"><img src="{target}/picture"></picture>
<iframe src="{target}/frame" srcdoc="<img src={target}/srcdoc>"></iframe>
<object data="{target}/object"></object><embed src="{target}/embed">
<video src="{target}/video" poster="{target}/poster" autoplay></video>
<audio src="{target}/audio" autoplay></audio>
<svg><use href="{target}/use#a"/><image xlink:href="{target}/svg"/></svg>
<form action="{target}/form" id=f><input type=image src="{target}/input" autofocus></form>
<script>document.getElementById("f").submit()</script>
<a href="{target}/link" ping="{target}/ping" target=_blank>Lien</a>
<noscript><img src="{target}/noscript"></noscript></body></html>""".encode()


@pytest.fixture
def served(tmp_path, watcher) -> Iterator[ArchiveServer]:
    """An article with a plain version, a hostile one, and one that is not archived."""
    with Store.open(f"sqlite:///{tmp_path}/earshot.db") as store:
        article = Article(
            article_id(URL), "<i>Titre</i>", ("Un.",), outlet="g", url=URL, fetched=WHEN
        )
        with an_archive(tmp_path / "archive") as archive:
            headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
            plain = an_exchange(response_headers=headers, body=gzip.compress(PAGE))
            store.save_article(article, "G", capture=archive.write([plain]))
            page = archive.write([an_exchange(body=hostile(watcher[0]))])
            store.save_article(replace(article, paragraphs=("Deux.",)), "G", capture=page)
        store.save_article(replace(article, paragraphs=("Trois.",)), "G")
        store.record_page(Page("https://g.example/short", "g", "kept", WHEN, 200, article.id))
        address, pages = shown_pages(store, tmp_path / "archive", "https://g.example/short")
    assert address == URL
    assert [shown.version.number for shown in pages] == [1, 2]
    with ArchiveServer(address, pages) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def get(
    server: ArchiveServer, path: str, host: str = ""
) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    headers = {"Host": host} if host else {}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def test_the_list_names_each_archived_version_with_its_proof(served):
    status, _, text = get(served, "/")
    assert status == 200
    assert "&lt;i&gt;Titre&lt;/i&gt;" in text
    assert text.count("<h2>") == 2
    for words in ("2024-05-02 08:30:15 UTC", URL, "-crawl-7-00001.warc.gz, byte", "/2/source"):
        assert words in text


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/1/page", "text/html; charset=utf-8", MARKER),
        ("/1/source", "text/plain; charset=utf-8", PAGE.decode()),
        ("/1/headers", "text/plain; charset=utf-8", "Content-Encoding: gzip"),
    ],
)
def test_a_version_is_shown_as_page_as_source_and_by_its_headers(served, path, kind, words):
    status, headers, text = get(served, path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert words in text
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/3/page", "/1", "/../etc/passwd", "/1/page?x"])
def test_nothing_else_is_served(served, path):
    assert get(served, path)[0] == 404


def test_a_page_of_another_name_that_points_here_gets_nothing(served):
    assert get(served, "/", "evil.example")[0] == 403
    assert served.server_address[0] == "127.0.0.1"


def test_what_runs_loads_or_leads_away_is_taken_out():
    page = inert(hostile("http://t.example").decode())
    assert MARKER in page
    assert ">Lien</a>" in page
    for tag in ("script", "link", "base", "meta", "iframe", "object", "embed"):
        assert f"<{tag}" not in page
    for attribute in ("href", "ping", "action", "target", "onload", "onerror", "srcdoc"):
        assert f"{attribute}=" not in page


@pytest.mark.parametrize(
    "source", ["", "   ", "<!-- -->", "text only", "<html>", "\x00", "<p>" * 5000]
)
def test_any_source_can_be_shown(source):
    assert isinstance(inert(source), str)


@pytest.mark.browser
def test_a_browser_that_shows_an_archived_page_reaches_nobody(served, watcher, browser: Browser):
    target, connections = watcher
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{served.address}2/page")
    assert MARKER in page.inner_text("body")
    page.get_by_text("Lien").click()
    page.wait_for_timeout(1500)
    assert page.url == f"{served.address}2/page"
    assert connections == []
    page.goto(f"{served.address}")
    page.get_by_role("link", name="Source").nth(1).click()
    assert target in page.inner_text("body")
    page.wait_for_timeout(200)
    assert connections == []
    context.close()


@pytest.mark.parametrize(
    ("kind", "body", "paths"),
    [
        ("text/html", PAGE, ["page", "source", "original.html"]),
        ("text/plain", MARKER.encode(), ["source", "original.txt"]),
        ("application/pdf", b"%PDF-1.7 \xff<script>", ["original.pdf"]),
    ],
)
def test_a_file_handed_over_is_given_back_as_it_was(tmp_path, kind, body, paths):
    with Store.open(f"sqlite:///{tmp_path}/earshot.db") as store:
        article = Article(article_id(URL), "Titre", ("Un.",), outlet="g", url=URL, fetched=WHEN)
        with an_archive(tmp_path / "archive") as archive:
            capture = archive.write([a_file(kind, body)])
        store.save_article(article, "G", capture=capture)
        address, pages = shown_pages(store, tmp_path / "archive", URL)
        assert verify(tmp_path / "archive", store.captures()).damage == []
    with ArchiveServer(address, pages) as server:
        host = f"127.0.0.1:{server.server_port}"
        index = server.answer(host, "/")[2]
        assert re.findall('href="/1/(.+?)"', index) == paths
        assert "Handed over</dt><dd>2024-05-02 08:30:15 UTC</dd>" in index
        assert server.answer(host, f"/1/{paths[-1]}") == (200, "application/octet-stream", body)
        assert [MARKER in server.answer(host, f"/1/{path}")[2] for path in paths[:-1]] == [
            True for _ in paths[:-1]
        ]
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        with urlopen(f"http://{host}/1/{paths[-1]}", timeout=10) as saved:
            assert saved.read() == body
            assert saved.headers["Content-Disposition"] == "attachment"
            assert saved.headers["Content-Type"] == "application/octet-stream"
        server.shutdown()


def test_what_is_not_there_or_damaged_is_said(tmp_path):
    folder = tmp_path / "archive"
    with Store.open(f"sqlite:///{tmp_path}/earshot.db") as store:
        with pytest.raises(InputError, match=r"no article of the store .* is known at https"):
            shown_pages(store, folder, URL)
        article = Article(article_id(URL), "Titre", ("Un.",), outlet="g", url=URL, fetched=WHEN)
        store.save_article(article, "G")
        with pytest.raises(InputError, match=r"stored, but its page is not archived.*noarchive"):
            shown_pages(store, folder, f"{URL}/")
        with an_archive(folder) as archive:
            capture = archive.write([an_exchange()])
        wrong = replace(capture, digest="sha256:00")
        store.save_article(replace(article, paragraphs=("Deux.",)), "G", capture=wrong)
        with pytest.raises(InputError, match=r"not the page that was stored.*verify"):
            shown_pages(store, folder, URL)
