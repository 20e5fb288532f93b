"""What a company says of itself against what others say: statements that contradict each other.

A pair is a company's reassurance and somebody else's statement of the opposite, of the same
vendor and practice. `docs/contradictions.md` states the rule, why it is so narrow, and how many
of the pairs that it lists a person found true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.codebook import Codebook
from analysis.records import Claim, Polarity

COMPANY = "vendor"
"""The kind of source that is the company itself."""

OTHERS = ("worker", "media", "regulator", "researcher", "civil_society", "user")
"""Whose word a company's can contradict. The journalist's own voice is not among them: most of
it retells what somebody else said, or tells what was so at another time.
"""

REASSURANCES: Mapping[str, Polarity] = MappingProxyType(
    {
        "accidental_activation": "denied",
        "always_listening": "denied",
        "human_review": "denied",
        "outsourcing": "denied",
        "anonymisation": "affirmed",
        "sharing": "denied",
        "advertising": "denied",
        "model_training": "denied",
        "biometrics": "denied",
        "local_processing": "affirmed",
    }
)
"""What a company says to reassure, of the practices of which one yes and one no can hardly both
be true. The others have several objects at a time (one recording is deleted, another kept) or
are cases, each its own (a lawsuit, a request of the police, a leak).
"""

FAIR = 0.6
"""The lowest confidence of a statement in a pair. One whose confidence is unknown counts so, one
that a person has accepted or corrected counts 1."""
NEAR_DAYS = 31
"""The longest time between statements in different stories."""
_APART = 10**6
_Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A company's reassurance, and a statement of the opposite.

    Attributes:
        company, other: the two claims, by their position.
        days: between the two publications.
        same_story: both stand in one article, or in copies of one.
        company_stories, other_stories: independent stories within `NEAR_DAYS` of the pair in
            which the company says so, and in which others say the opposite.
        strength: from 0 to 1, to rank by.
    """

    company: int
    other: int
    vendor: str
    practice: str
    days: int
    same_story: bool
    company_stories: int
    other_stories: int
    strength: float


def pairs(claims: pd.DataFrame, each_subject: int | None = None) -> list[Pair]:
    """The pairs among some claims, strongest first; no claim stands in two of them.

    Args:
        claims: as `ClaimTable.rows` gives them, whose index the positions are.
        each_subject: how many at most of one vendor and practice.
    """
    firm = _firm(claims)
    company = firm[firm["reassures"] & firm["company"]]
    others = firm[~firm["reassures"] & ~firm["company"]]
    found = pd.concat(
        [_of_one_story(company, others), _nearest(company, others)], ignore_index=True
    )
    if found.empty:
        return []
    told = {"company_stories": company, "other_stories": others}
    found = found.assign(**{name: _stories_near(found, side) for name, side in told.items()})
    stories = found["company_stories"] + found["other_stories"]
    nearness = np.where(found["same_story"], 1, 0.9 * (1 - found["days"] / (2 * NEAR_DAYS)))
    found["strength"] = (
        found["confidence"] * found["confidence_other"] * nearness * (1 - 0.5 ** (stories - 1))
    )
    ranked = found.sort_values(["strength", "position"], ascending=[False, True])
    return _each_once(ranked, claims, each_subject)


def _firm(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims that can stand in a pair: certain, fairly sure, of a practice that counts.

    `subject` numbers the vendor and practice; `reassures` and `company` are yes or no.
    """
    confidence = claims["confidence"].fillna(FAIR)
    confidence = confidence.mask(_among(claims["verdict"], ("accepted", "corrected")), 1)
    kept = (
        _among(claims["practice"], REASSURANCES)
        & _among(claims["certainty"], ("certain",))
        & _among(claims["source_type"], (COMPANY, *OTHERS))
        & (confidence >= FAIR).to_numpy()
    )
    rows = claims.loc[kept, ["vendor", "practice", "polarity", "source_type", "story", "day"]]
    affirms = [practice for practice, said in REASSURANCES.items() if said == "affirmed"]
    practices = len(rows["practice"].cat.categories)
    vendor, practice = (rows[name].cat.codes.astype("int64") for name in ("vendor", "practice"))
    return pd.DataFrame(
        {
            "subject": vendor * practices + practice,
            "reassures": _among(rows["polarity"], ("affirmed",))
            == _among(rows["practice"], affirms),
            "company": _among(rows["source_type"], (COMPANY,)),
            "story": rows["story"],
            "day": rows["day"],
            "confidence": confidence[kept],
            "position": rows.index,
        }
    )


def _among(column: pd.Series[str], keys: Iterable[str]) -> _Numbers:
    """Which rows of a column of categories hold one of some keys."""
    chosen = column.cat.categories.isin(list(keys))
    return np.append(chosen, False)[column.cat.codes.to_numpy()]


def _of_one_story(company: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    found = company.merge(others, on=["subject", "story"], suffixes=("", "_other"))
    return found.assign(days=_days_between(found), same_story=True)


def _nearest(company: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Each statement of a company with the nearest one of others, in another story."""
    order = ["day", "confidence", "position"]
    dated = others.dropna(subset=["day"]).sort_values(order)
    found = pd.merge_asof(
        company.dropna(subset=["day"]).sort_values(order),
        dated.assign(day_other=dated["day"]),
        on="day",
        by="subject",
        direction="nearest",
        tolerance=pd.Timedelta(days=NEAR_DAYS),
        suffixes=("", "_other"),
    )
    found = found[found["position_other"].notna() & (found["story"] != found["story_other"])]
    return found.assign(days=_days_between(found), same_story=False)


def _days_between(found: pd.DataFrame) -> pd.Series[int]:
    return (found["day"] - found["day_other"]).dt.days.abs().fillna(0).astype("int64")


def _stories_near(found: pd.DataFrame, side: pd.DataFrame) -> _Numbers:
    """For each pair, one side's stories of its subject within `NEAR_DAYS`, its own included."""
    stories = side.dropna(subset=["day"]).groupby(["subject", "story"])["day"].min().reset_index()
    # All subjects on one line, so far apart that no span of days reaches the next.
    line = np.sort(stories["subject"].to_numpy() * _APART + _day_numbers(stories))
    at = found["subject"].to_numpy() * _APART + _day_numbers(found)
    until = np.searchsorted(line, at + NEAR_DAYS, side="right")
    counted: _Numbers = np.maximum(until - np.searchsorted(line, at - NEAR_DAYS), 1)
    return counted


def _day_numbers(rows: pd.DataFrame) -> _Numbers:
    days = rows["day"].fillna(pd.Timestamp(0)).to_numpy()
    numbers: _Numbers = days.astype("datetime64[D]").astype("int64")
    return numbers


def _each_once(ranked: pd.DataFrame, claims: pd.DataFrame, each_subject: int | None) -> list[Pair]:
    used: set[int] = set()
    of_subject: Counter[int] = Counter()
    kept = []
    vendors, practices = claims["vendor"], claims["practice"]
    ends = ranked[["position", "position_other", "subject"]].astype("int64").to_numpy().tolist()
    about = ranked[["days", "same_story", "company_stories", "other_stories", "strength"]]
    for (company, other, subject), row in zip(ends, about.to_numpy(), strict=True):
        if company in used or other in used or of_subject[subject] == each_subject:
            continue
        used |= {company, other}
        of_subject[subject] += 1
        days, same_story, company_stories, other_stories, strength = row
        kept.append(
            Pair(
                company,
                other,
                str(vendors[company]),
                str(practices[company]),
                int(days),
                bool(same_story),
                int(company_stories),
                int(other_stories),
                float(strength),
            )
        )
    return kept


@dataclass(frozen=True, slots=True)
class Turn:
    """What a company first said to reassure, and what it said to the contrary since.

    Attributes:
        before: its first reassurance, by its position.
        after: its later statements of the opposite in other stories, earliest first.
    """

    practice: str
    before: int
    after: tuple[int, ...]


def turns(claims: pd.DataFrame, vendor: str) -> list[Turn]:
    """Where a company's own word may have turned, by practice.

    A company that said the opposite before it reassured, or on the same day, did not turn.

    Args:
        claims: as for `pairs`.
    """
    firm = _firm(claims[claims["vendor"] == vendor])
    own = firm[firm["company"] & firm["day"].notna()].sort_values(["day", "position"])
    found = []
    for _, said in own.groupby("subject"):
        reassured, opposite = said[said["reassures"]], said[~said["reassures"]]
        if reassured.empty or opposite.empty:
            continue
        first = reassured.iloc[0]
        after = opposite[opposite["story"] != first["story"]]
        if opposite["day"].iloc[0] > first["day"] and not after.empty:
            position = int(first["position"])
            practice = str(claims["practice"][position])
            found.append(Turn(practice, position, tuple(after["position"].tolist())))
    return found


def admits(claim: Claim, lang: str | None, codebook: Codebook) -> bool:
    """Whether the words that report a statement call it an admission ("concedes")."""
    lists = codebook.cues.get(lang or "")
    return lists is not None and any(
        lists["admission"].pattern.search(cue.text) for cue in claim.cues if cue.role == "source"
    )
