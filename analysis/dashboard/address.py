"""What a page's address says: the filter that its parameters stand for, and back.

Values are codebook keys, not labels, so that a link survives a change of wording
or of interface language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.store import ClaimFilter

LISTS = {
    "vendor": "vendors",
    "practice": "practices",
    "who": "source_types",
    "polarity": "polarities",
    "certainty": "certainties",
    "lang": "languages",
    "outlet": "outlets",
    "article": "articles",
    "verdict": "verdicts",
}
"""Parameter -> the field of the filter; the parameter repeats for several values."""

DATES = {"from": "date_from", "to": "date_to"}
TEXT = "q"
MAX_VALUES = 100
MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of an address, and the parameters that could not be read."""

    wanted: ClaimFilter
    unreadable: tuple[str, ...] = ()


def read(parameters: Mapping[str, Sequence[str]]) -> Asked:
    """The filter that an address asks for.

    A value that no claim has is kept: a filter is never wider than its link said.
    Only a date that is not one (YYYY-MM-DD) cannot be read.
    """
    lists = {
        field: tuple(dict.fromkeys(_cleaned(parameters.get(name, ()))))
        for name, field in LISTS.items()
    }
    dates: dict[str, date] = {}
    unreadable = []
    for name, field in DATES.items():
        for value in list(_cleaned(parameters.get(name, ())))[-1:]:
            try:
                dates[field] = date.fromisoformat(value)
            except ValueError:
                unreadable.append(name)
    text = " ".join(_cleaned(parameters.get(TEXT, ())))[:MAX_LENGTH]
    return Asked(
        ClaimFilter(
            **lists, date_from=dates.get("date_from"), date_to=dates.get("date_to"), text=text
        ),
        tuple(unreadable),
    )


def write(wanted: ClaimFilter) -> dict[str, list[str]]:
    """The parameters of a filter: those that narrow, in a fixed order."""
    parameters = {name: list(getattr(wanted, field)) for name, field in LISTS.items()}
    for name, field in DATES.items():
        day = getattr(wanted, field)
        parameters[name] = [] if day is None else [day.isoformat()]
    parameters[TEXT] = [wanted.text] if wanted.text.split() else []
    return {name: values for name, values in parameters.items() if values}


def _cleaned(values: Sequence[str]) -> list[str]:
    printable = ("".join(c for c in value if c.isprintable()) for value in values[:MAX_VALUES])
    return [value.strip()[:MAX_LENGTH] for value in printable if value.strip()]
