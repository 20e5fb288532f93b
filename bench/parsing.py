"""How fast a page is read: `parse_article` beside plain trafilatura with the same options.

The pages: those of the tests (the markup of many sites), those of the demonstration press, and
generated ones of an article's real length. trafilatura is told the language, which
`parse_article` finds out by itself, and reads its metadata too.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable

from trafilatura import bare_extraction
from trafilatura.settings import JUSTEXT_LANGUAGES

from analysis.config import ROOT
from bench._paper import newsrooms
from crawler.demo.press import Newsroom, load_press
from crawler.demo.site import build_site
from crawler.pages import NoBodyError, parse_article

TESTED = ROOT / "tests" / "crawler" / "pages"
Page = tuple[bytes, str, str]
"""Body, address and language."""
Reader = Callable[[Page], object]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--pages", type=int, default=100, help="generated (default: %(default)s)")
    given = parser.parse_args()
    sets = {
        "pages of the tests": list(_tested()),
        "demonstration press": _rendered(load_press()),
        "generated": _rendered(newsrooms(given.pages)),
    }
    print("reading a page, milliseconds     KB   plain    ours   plain / ours")
    for name, pages in sets.items():
        plain, ours = _compare(pages, given.rounds)
        size = sum(len(body) for body, _, _ in pages) / len(pages) / 1024
        figures = f"{size:5.1f}  {plain:6.2f}  {ours:6.2f}  {plain / ours:6.2f}"
        print(f"  {name:20} {len(pages):4}     {figures}")


def _compare(pages: list[Page], rounds: int) -> tuple[float, float]:
    """Milliseconds a page, of the fastest round; both take turns."""
    readers: tuple[Reader, Reader] = (_plain, _ours)
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, reader in enumerate(readers):
            best[place] = min(best[place], _milliseconds(reader, pages))
    return best[0], best[1]


def _milliseconds(reader: Reader, pages: list[Page]) -> float:
    before = time.process_time()
    for page in pages:
        reader(page)
    return (time.process_time() - before) * 1000 / len(pages)


def _plain(page: Page) -> object:
    body, url, lang = page
    language = lang if lang in JUSTEXT_LANGUAGES else None
    return bare_extraction(
        body, url=url, include_comments=False, with_metadata=True, target_language=language
    )


def _ours(page: Page) -> object:
    body, url, _ = page
    try:
        return parse_article(body, url)
    except NoBodyError:
        return None


def _tested() -> Iterable[Page]:
    for file in sorted(TESTED.glob("*.html")):
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        yield file.read_bytes(), expected.get("read_at") or "", expected.get("lang") or "en"


def _rendered(rooms: Iterable[Newsroom]) -> list[Page]:
    """The article pages of outlets."""
    return [
        (documents[article.path].body, f"{base}{article.path}", room.outlet.language)
        for room in rooms
        for base in (f"https://{room.key}.example",)
        for documents in (build_site(room, base, 2).documents,)
        for article in room.articles
    ]


if __name__ == "__main__":
    main()
