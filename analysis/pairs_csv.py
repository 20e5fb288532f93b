"""Pairs that contradict each other as a CSV file, written as those of the export are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.codebook import Codebook
from analysis.contradictions import Pair
from analysis.export import Cell, csv_file
from analysis.store import StoredClaim

_SIDE = (
    "claim_id",
    "source_type",
    "source",
    "polarity",
    "quote",
    "title",
    "outlet_name",
    "published",
    "url",
    "confidence",
    "stories",
)
PAIR_COLUMNS = (
    "rank",
    "strength",
    "vendor",
    "vendor_label",
    "practice",
    "practice_fr",
    "practice_en",
    "same_story",
    "days_apart",
    *(f"company_{name}" for name in _SIDE),
    *(f"other_{name}" for name in _SIDE),
)


def pairs_csv(pairs: Iterable[tuple[Pair, StoredClaim, StoredClaim]], codebook: Codebook) -> bytes:
    """The file: one pair a line, the company's statement before that of the other.

    Args:
        pairs: each with its two claims, strongest first.
    """
    return csv_file(
        PAIR_COLUMNS,
        (
            (
                rank,
                f"{pair.strength:.4f}",
                pair.vendor,
                codebook.vendor_label(pair.vendor),
                pair.practice,
                codebook.practice_label(pair.practice, "fr"),
                codebook.practice_label(pair.practice, "en"),
                "yes" if pair.same_story else "no",
                pair.days,
                *_side(company, pair.company_stories),
                *_side(other, pair.other_stories),
            )
            for rank, (pair, company, other) in enumerate(pairs, start=1)
        ),
    )


def _side(stored: StoredClaim, stories: int) -> Sequence[Cell]:
    claim = stored.claim
    return (
        stored.id,
        claim.source_type,
        claim.source,
        claim.polarity,
        claim.quote,
        stored.title,
        stored.outlet_name,
        stored.published,
        stored.url,
        claim.confidence,
        stories,
    )
