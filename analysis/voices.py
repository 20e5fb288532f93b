"""Who says what of one vendor: each kind of source on each practice, in independent stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd


@dataclass(frozen=True, slots=True)
class Voice:
    """What one kind of source says of one practice.

    Attributes:
        affirmed, denied: independent stories in which it says so.
        affirmed_firm, denied_firm: those of them in which it does so without a hedge.
        first, last: days of publication; None where no article is dated.
    """

    affirmed: int = 0
    denied: int = 0
    affirmed_firm: int = 0
    denied_firm: int = 0
    first: date | None = None
    last: date | None = None


def voices(claims: pd.DataFrame, vendor: str) -> dict[tuple[str, str], Voice]:
    """What is said of a vendor, by (practice, kind of source); where nothing is, no entry.

    Args:
        claims: as `ClaimTable.rows` gives them.
    """
    keys = ["practice", "source_type"]
    rows = claims[claims["vendor"] == vendor]
    firmly = rows[rows["certainty"] == "certain"]
    days = rows.groupby(keys, observed=True)["day"].agg(["min", "max"])
    told, firm = (
        side.groupby([*keys, "polarity"], observed=True)["story"].nunique().to_dict()
        for side in (rows, firmly)
    )
    return {
        (practice, source_type): Voice(
            affirmed=int(told.get((practice, source_type, "affirmed"), 0)),
            denied=int(told.get((practice, source_type, "denied"), 0)),
            affirmed_firm=int(firm.get((practice, source_type, "affirmed"), 0)),
            denied_firm=int(firm.get((practice, source_type, "denied"), 0)),
            first=None if pd.isna(first) else first.date(),
            last=None if pd.isna(last) else last.date(),
        )
        for (practice, source_type), first, last in days.itertuples()
    }
