"""Articles a second that the extraction reads, beside spaCy's parsing of the same texts.

One process, models loaded and warm, the fastest of three rounds. Both are measured
in turn in each round, so that a busy machine slows both.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from analysis.claims import Extractor
from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.nlp import load_model
from analysis.records import Article
from analysis.text import straight
from crawler.demo.press import PressArticle, load_press

ROUNDS = 3


def main() -> None:
    """Measures and prints."""
    settings = load_settings()
    articles = [
        _article(article, newsroom.outlet.language)
        for newsroom in load_press()
        for article in newsroom.articles
    ]
    extractor = Extractor(load_codebook(settings.codebook), settings.models)

    def extract() -> int:
        return sum(len(extractor.extract(article)) for article in articles)

    def parse() -> int:
        tokens = 0
        for lang, name in settings.models.items():
            texts = (
                straight(text)
                for article in articles
                if article.lang == lang
                for _, text in article.blocks()
            )
            tokens += sum(map(len, load_model(name).pipe(texts)))
        return tokens

    claims, tokens = extract(), parse()
    rounds = [(_seconds(extract), _seconds(parse)) for _ in range(ROUNDS)]
    extraction, parsing = (min(times) for times in zip(*rounds, strict=True))
    count = len(articles)
    print(f"extraction: {count} articles, {tokens} tokens, {claims} claims")
    print(f"  spaCy alone   {count / parsing:7.1f} articles/s   {tokens / parsing:8.0f} tokens/s")
    print(f"  extraction    {count / extraction:7.1f} articles/s")
    print(f"  ratio         {extraction / parsing:7.2f} times the time of spaCy alone")


def _article(given: PressArticle, lang: str) -> Article:
    blocks = [block if isinstance(block, str) else block.heading for block in given.paragraphs]
    standfirst = [given.standfirst] if given.standfirst else []
    return Article(given.path, given.title, (*standfirst, *blocks), lang=lang)


def _seconds(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
