"""The language of a text, from its words."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

from analysis.records import Article

_ENOUGH = 4_000


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def detect_language(article: Article) -> str:
    """ISO 639-1 code of an article's language, by py3langid on its first 4,000 characters."""
    text = "\n".join(block for _, block in article.blocks())[:_ENOUGH]
    return str(_identifier().classify(text)[0])
