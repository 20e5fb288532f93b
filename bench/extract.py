"""How fast the extraction reads articles, beside spaCy's parsing of the same texts.

The commands are measured as a user runs them, start included; spaCy reads the same texts with
the same models in the same run, so that a busy machine slows both. The texts are the coded
articles of `../shared/gold/dev` where they are, else those of the repository,
repeated until there are enough.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy

from analysis.config import ROOT, load_settings
from analysis.evaluate import load_gold
from analysis.records import Article
from analysis.text import straight

FOLDERS = (
    ROOT.parent / "shared" / "gold" / "dev",
    ROOT / "analysis" / "data" / "training" / "articles",
)
SHORT = "Amazon keeps the recordings of Alexa, the company said on Monday."
_UNUSED = ("ner", "senter")


def main(count: int = 1000) -> None:
    """Measures and prints; `count` articles."""
    folder = next(folder for folder in FOLDERS if folder.is_dir())
    coded = [gold.article for gold in load_gold(folder)]
    articles = list(islice(cycle(coded), count))
    tokens, parsing = _parse(articles)
    print(f"extraction of {count} articles, {tokens} tokens")
    print(f"  {'spaCy alone':28} {count / parsing:7.1f} articles/s")
    with TemporaryDirectory() as name:
        file = Path(name) / "articles.jsonl"
        file.write_text("".join(map(_line, articles)), encoding="utf-8")
        for options in (["--jobs", "1"], ["--jobs", "2"], ["--jobs", "1", "--rules-only"]):
            seconds, memory = _extract(file, options)
            label = "extract " + " ".join(options)
            print(
                f"  {label:28} {count / seconds:7.1f} articles/s, {parsing / seconds:5.2f} of "
                f"spaCy's speed, at most {memory:4.0f} MB a process"
            )
        short = Path(name) / "short.jsonl"
        short.write_text(_line(Article("short", "Alexa", (SHORT,), "en")), encoding="utf-8")
        cold, _ = min(_extract(short, []) for _ in range(3))
    loading = min(_load(load_settings().models["en"]) for _ in range(3))
    print(f"one short article from a cold start: {cold:.2f} s, {cold / loading:.1f} times the")
    print(f"  {loading:.2f} s that its spaCy model takes to load")


def _parse(articles: Sequence[Article]) -> tuple[int, float]:
    """Tokens and seconds of tagging, parsing and lemmatising all texts; models loaded before."""
    tokens, seconds = 0, 0.0
    for lang, name in load_settings().models.items():
        model = spacy.load(name, exclude=_UNUSED)
        texts = [straight(text) for a in articles if a.lang == lang for _, text in a.blocks()]
        list(model.pipe(texts[:50]))
        start = time.perf_counter()
        tokens += sum(map(len, model.pipe(texts)))
        seconds += time.perf_counter() - start
    return tokens, seconds


def _extract(file: Path, options: Sequence[str]) -> tuple[float, float]:
    """Seconds and megabytes of the largest process of one command."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", "extract", str(file), *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"extract {' '.join(options)}: failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def _load(model: str) -> float:
    """Seconds that a process takes to load a model, its own start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import spacy; spacy.load({model!r})"], check=True)
    return time.perf_counter() - start


def _line(article: Article) -> str:
    keys = {"id": article.id, "title": article.title, "paragraphs": article.paragraphs}
    return json.dumps({**keys, "lang": article.lang}, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
