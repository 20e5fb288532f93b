"""Shared by the tests of the extraction: one extractor, claims as short tuples."""

from __future__ import annotations

from functools import cache

from analysis.claims import Extractor
from analysis.codebook import load_codebook
from analysis.config import Settings
from analysis.encoder import Encoder
from analysis.records import Article, Claim


@cache
def extractor() -> Extractor:
    """The rules alone: what they read does not change with the encoder."""
    settings = Settings()
    return Extractor(load_codebook(settings.codebook), settings.models)


@cache
def hybrid() -> Extractor:
    """What users get: rules and encoder."""
    settings = Settings()
    encoder = Encoder(settings.encoder) if settings.encoder else None
    return Extractor(load_codebook(settings.codebook), settings.models, encoder)


def read(lang: str, *paragraphs: str, title: str = "") -> list[Claim]:
    """The claims of an article, each quote checked to stand where it says."""
    article = Article("test", title, paragraphs, lang)
    claims = extractor().extract(article)
    blocks = dict(article.blocks())
    for claim in claims:
        assert blocks[claim.paragraph][claim.start : claim.end] == claim.quote
        for cue in claim.cues:
            assert blocks[cue.paragraph][cue.start : cue.end] == cue.text
    return claims


def vendors(lang: str, practice: str, *paragraphs: str) -> list[str]:
    """The vendors of the last sentence's claims about a practice."""
    claims = [c for c in read(lang, *paragraphs) if c.practice == practice]
    last = max(((c.paragraph, c.start) for c in claims), default=None)
    return sorted(c.vendor for c in claims if (c.paragraph, c.start) == last)


def only(lang: str, practice: str, *paragraphs: str) -> Claim:
    """The one claim of the last sentence about a practice."""
    claims = [c for c in read(lang, *paragraphs) if c.practice == practice]
    assert claims, f"no claim about {practice}"
    return claims[-1]
