"""Verdicts as JSON lines, to keep them elsewhere or take them into another store."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import InputError
from analysis.store import Verdict, VerdictKind


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = 0
    claim_id: str = Field(min_length=1)
    at: AwareDatetime
    by: str = Field(min_length=1)
    verdict: VerdictKind
    correction: dict[str, str | None] = {}
    note: str = ""
    at_random: bool = False
    extractor: str = ""
    reading: dict[str, str | None]


def verdict_line(verdict: Verdict) -> bytes:
    """A verdict as one line of JSON in UTF-8."""
    text = json.dumps(asdict(verdict), ensure_ascii=False, default=datetime.isoformat)
    return text.encode("utf-8") + b"\n"


def read_verdicts(lines: Iterable[bytes], name: str) -> list[Verdict]:
    """The verdicts of a file; empty lines are passed over.

    Raises:
        InputError: a line that is no verdict; names file and line.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(Verdict(**_Line.model_validate_json(line).model_dump()))
            except ValidationError as error:
                first = error.errors()[0]
                key = ".".join(str(part) for part in first["loc"])
                raise InputError(
                    f"{name}, line {number}: {key + ': ' if key else ''}{first['msg']}; needed: "
                    "a line that `python -m analysis verdicts export` wrote"
                ) from error
    return found
