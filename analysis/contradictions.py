"""What a company says of itself against what others say: statements that contradict each other.

A pair is a company's reassurance and somebody else's statement of the opposite, of the same
vendor and practice. `docs/contradictions.md` states the rule, why it is so narrow, and how many
of the pairs that it lists a person found true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.codebook import Codebook
from analysis.records import Claim, Polarity
from analysis.tallies import first_of_each

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
_APART = 2**23
"""Days, more than any calendar has."""
_FIRM = np.dtype(
    [
        ("position", "int64"),
        ("subject", "int64"),
        ("story", "int64"),
        ("day", "datetime64[D]"),
        ("confidence", "float32"),
        ("reassures", "bool"),
        ("company", "bool"),
    ],
    align=True,
)
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
    together, near = _of_one_story(company, others), _nearest(company, others)
    one = company[np.concatenate((together[0], near[0]))]
    other = others[np.concatenate((together[1], near[1]))]
    same_story = np.arange(len(one)) < len(together[0])
    apart = one["day"] - other["day"]
    days = np.where(np.isnat(apart), 0, np.abs(apart.astype("int64")))
    company_stories, other_stories = _stories_near(one, company), _stories_near(one, others)
    nearness = np.where(same_story, 1, 0.9 * (1 - days / (2 * NEAR_DAYS)))
    support = 1 - 0.5 ** (company_stories + other_stories - 1)
    strength = one["confidence"] * other["confidence"] * nearness * support
    ranked = np.lexsort((one["position"], -strength))
    kept = ranked[_each_once(one[ranked], other[ranked], each_subject)]
    ends = (side["position"][kept].tolist() for side in (one, other))
    about = (days, same_story, company_stories, other_stories, strength)
    rows = zip(
        *ends,
        map(_namer(claims), one["subject"][kept].tolist()),
        *(figures[kept].tolist() for figures in about),
        strict=True,
    )
    return [
        Pair(company, other, vendor, practice, *figures)
        for company, other, (vendor, practice), *figures in rows
    ]


def _firm(claims: pd.DataFrame) -> _Numbers:
    """The claims that can stand in a pair: certain, fairly sure, of a practice that counts.

    `subject` numbers the vendor and practice; `reassures` and `company` are yes or no.
    """
    rows = np.flatnonzero(
        _among(claims["practice"].array, REASSURANCES)
        & _among(claims["certainty"].array, ("certain",))
        & _among(claims["source_type"].array, (COMPANY, *OTHERS))
    )
    confidence = claims["confidence"].to_numpy()[rows]
    confidence[np.isnan(confidence)] = FAIR
    confidence[_among(claims["verdict"].array[rows], ("accepted", "corrected"))] = 1
    rows, confidence = rows[confidence >= FAIR], confidence[confidence >= FAIR]
    vendor, practice, polarity, source_type = (
        claims[name].array[rows] for name in ("vendor", "practice", "polarity", "source_type")
    )
    affirms = [practice for practice, said in REASSURANCES.items() if said == "affirmed"]
    firm = np.empty(len(rows), dtype=_FIRM)
    firm["position"] = claims.index.to_numpy()[rows]
    firm["subject"] = vendor.codes.astype("int64") * len(practice.categories) + practice.codes
    firm["story"] = claims["story"].to_numpy()[rows]
    firm["day"] = claims["day"].to_numpy()[rows]
    firm["confidence"] = confidence
    firm["reassures"] = _among(polarity, ("affirmed",)) == _among(practice, affirms)
    firm["company"] = _among(source_type, (COMPANY,))
    return firm


def _namer(claims: pd.DataFrame) -> Callable[[int], tuple[str, str]]:
    """What gives the vendor and the practice of a subject by its number."""
    vendors, practices = (list(claims[name].cat.categories) for name in ("vendor", "practice"))

    def names(subject: int) -> tuple[str, str]:
        vendor, practice = divmod(subject, len(practices))
        return vendors[vendor], practices[practice]

    return names


def _among(column: Any, keys: Iterable[str]) -> _Numbers:
    """Which rows of a column of categories hold one of some keys."""
    found: _Numbers = np.append(column.categories.isin(list(keys)), False)[column.codes]
    return found


def _of_one_story(company: _Numbers, others: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Every statement of a company with every one of others in its story, by their places."""
    lowest = min(side["story"].min(initial=0) for side in (company, others))
    width = max(side["story"].max(initial=0) for side in (company, others)) - lowest + 1
    mine, theirs = (side["subject"] * width + side["story"] - lowest for side in (company, others))
    order = np.argsort(theirs, kind="stable")
    first, end = (np.searchsorted(theirs[order], mine, side) for side in ("left", "right"))
    many = end - first
    # The places from `first` to `end` of each, one after the other.
    skipped = np.repeat(first - np.cumsum(many) + many, many)
    return np.repeat(np.arange(len(company)), many), order[np.arange(many.sum()) + skipped]


def _nearest(company: _Numbers, others: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Each statement of a company with the nearest one of others, in another story.

    Of those of one day: with the surest where it is the company's own day or an earlier one,
    with the least sure where it is later.
    """
    mine, theirs = (np.flatnonzero(~np.isnat(side["day"])) for side in (company, others))
    if not len(theirs):
        return theirs, theirs
    line = _on_a_line(others[theirs])
    order = np.lexsort((others["confidence"][theirs], line))
    theirs, line = theirs[order], line[order]
    at = _on_a_line(company[mine])
    before = np.searchsorted(line, at, side="right") - 1
    after = np.minimum(np.searchsorted(line, at, side="left"), len(line) - 1)
    is_before = (before >= 0) & (at - line[before] <= np.abs(line[after] - at))
    nearest = np.where(is_before, before, after)
    found = np.abs(line[nearest] - at) <= NEAR_DAYS
    mine, theirs = mine[found], theirs[nearest[found]]
    elsewhere = company["story"][mine] != others["story"][theirs]
    return mine[elsewhere], theirs[elsewhere]


def _stories_near(found: _Numbers, side: _Numbers) -> _Numbers:
    """For each pair, one side's stories of its subject within `NEAR_DAYS`, its own included.

    Args:
        found: the pairs, by their statements of a company.
        side: what the company or the others say.
    """
    dated = side[~np.isnat(side["day"])]
    story = dated["story"] - dated["story"].min(initial=0)
    told = dated["subject"] * (story.max(initial=0) + 1) + story
    order = np.argsort(told)
    # A story stands where it was first told.
    first = first_of_each(told[order])
    line = _on_a_line(dated)[order]
    line = np.sort(np.minimum.reduceat(line, first)) if len(first) else line
    at = _on_a_line(found)
    until = np.searchsorted(line, at + NEAR_DAYS, side="right")
    counted: _Numbers = np.maximum(until - np.searchsorted(line, at - NEAR_DAYS), 1)
    return counted


def _on_a_line(statements: _Numbers) -> _Numbers:
    """Their days, all subjects one after the other and so far apart that no span joins them."""
    line: _Numbers = statements["subject"] * _APART + _day_numbers(statements)
    return line


def _day_numbers(statements: _Numbers) -> _Numbers:
    """Their days since 1970, 0 for undated ones."""
    days = statements["day"]
    numbers: _Numbers = np.where(np.isnat(days), 0, days.astype("int64"))
    return numbers


def _each_once(one: _Numbers, other: _Numbers, each_subject: int | None) -> list[int]:
    """The places of the pairs that are left when no statement may stand in two of them."""
    used: set[int] = set()
    of_subject: Counter[int] = Counter()
    kept = []
    columns = (one["position"], other["position"], one["subject"])
    for place, (company, by, subject) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        if company in used or by in used or of_subject[subject] == each_subject:
            continue
        used |= {company, by}
        of_subject[subject] += 1
        kept.append(place)
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
    own = firm[firm["company"] & ~np.isnat(firm["day"])]
    own = own[np.lexsort((own["position"], own["day"]))]
    name = _namer(claims)
    found = []
    for subject in np.unique(own["subject"]).tolist():
        said = own[own["subject"] == subject]
        reassured, opposite = said[said["reassures"]], said[~said["reassures"]]
        if not len(reassured) or not len(opposite):
            continue
        first = reassured[0]
        after = opposite[opposite["story"] != first["story"]]
        if opposite["day"][0] > first["day"] and len(after):
            practice = name(subject)[1]
            found.append(Turn(practice, int(first["position"]), tuple(after["position"].tolist())))
    return found


def admits(claim: Claim, lang: str | None, codebook: Codebook) -> bool:
    """Whether the words that report a statement call it an admission ("concedes")."""
    lists = codebook.cues.get(lang or "")
    return lists is not None and any(
        lists["admission"].pattern.search(cue.text) for cue in claim.cues if cue.role == "source"
    )
