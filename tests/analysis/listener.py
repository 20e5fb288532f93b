"""A small extractor, in a module of its own that other processes load quickly."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analysis.errors import ModelError
from analysis.records import Article, Claim


@dataclass(frozen=True)
class Listener:
    """Claims that whoever "listens" does human review; some words are its undoing."""

    name: str = "listener-1"
    quiet: bool = False

    @property
    def version(self) -> str:
        return self.name

    def extract(self, article: Article) -> list[Claim]:
        text = " ".join(article.paragraphs)
        if "unreadable" in text:
            raise ValueError("a word that\nI cannot read")
        if "fatal" in text:
            os._exit(9)
        if "modelless" in text:
            raise ModelError("model xx_small is not installed")
        if "slow" in text:
            time.sleep(0.05)
        return [] if self.quiet else list(self._claims(article))

    def named(self, article: Article) -> set[str]:
        return set(re.findall(r"amazon|apple", " ".join(article.paragraphs).lower()))

    def _claims(self, article: Article) -> Iterator[Claim]:
        for number, paragraph in article.blocks():
            for found in re.finditer(r"(\w+) listens\.", paragraph):
                yield Claim(
                    article_id=article.id,
                    paragraph=number,
                    start=found.start(),
                    end=found.end(),
                    quote=found.group(),
                    vendor=found.group(1).lower(),
                    product=None,
                    practice="human_review",
                    polarity="affirmed",
                    certainty="certain",
                    source_type="article",
                    source=None,
                    rule="listens",
                )


class Attentive(Listener):
    """Its version tells whether Ctrl-C reaches its process."""

    @property
    def version(self) -> str:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        return "deaf to Ctrl-C" if signal.SIGINT in blocked else "hears Ctrl-C"


class Inexact(Listener):
    """Quotes what is not there."""

    def _claims(self, article: Article) -> Iterator[Claim]:
        for claim in super()._claims(article):
            yield replace(claim, quote="Apple listened.")


def no_model() -> Listener:
    raise ModelError("model xx_small is not installed; run make env")


def deadly_model() -> Listener:
    os._exit(9)
