"""The claims that one visit to the review page goes through, in their order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import streamlit as st

from analysis.dashboard import frames
from analysis.review import drawn_at_random, first_by_weight, stakes
from analysis.store import VERDICT_STATES, ClaimFilter
from analysis.table import ClaimTable

AHEAD = 200
"""Claims that are taken at a time."""
RANDOM = "random"
_KEY = "review_agenda"


@dataclass(slots=True)
class Agenda:
    """Claims to review, for one filter and one order.

    Attributes:
        order: "" for those that matter most first, or "random".
        stakes: claim id -> stories of its cell that say the same, and claims in which its own
            story says it; in the order of review.
        passed: claims judged or skipped in this visit.
        judged: claims judged in this visit with the numbers of their verdicts, the last one last.
    """

    wanted: ClaimFilter
    order: str
    seed: int = field(default_factory=lambda: secrets.randbelow(2**32))
    stakes: dict[str, tuple[int, int]] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    judged: list[tuple[str, int]] = field(default_factory=list)

    @property
    def at_random(self) -> bool:
        """Whether each claim that passes the filter is as likely as any other."""
        return self.order == RANDOM

    @property
    def measures(self) -> bool:
        """Whether verdicts measure how often the program is right, by practice and language.

        Another filter may let pass what is right more often, or less: hedged claims, one vendor's.
        """
        by_group = replace(self.wanted, practices=(), languages=())
        return self.at_random and by_group == ClaimFilter()

    def next(self) -> str | None:
        """The claim whose turn it is; None where none is left."""
        left = self._left()
        if not left:
            self._take()
            left = self._left()
        return left[0] if left else None

    def _left(self) -> list[str]:
        left = [key for key in self.stakes if key not in self.passed]
        if self.wanted.verdicts:
            return left
        # Somebody else may have judged some of them meanwhile.
        judged = frames.store().standing_verdicts(left)
        return [key for key in left if key not in judged]

    def _take(self) -> None:
        table = frames.table()
        # Rejected claims have no share in the comparison, unless they are to be judged again.
        again = "rejected" in self.wanted.verdicts
        unreviewed = replace(self.wanted, verdicts=("unreviewed",))
        passing = table.positions(self.wanted if self.wanted.verdicts else unreviewed)
        staked = _staked(table, frames.store().address, table.change, again)
        staked = staked.iloc[np.searchsorted(staked.index, passing)]
        many = AHEAD + len(self.passed)
        if self.at_random:
            chosen = drawn_at_random(staked, many, self.seed)
        else:
            chosen = first_by_weight(staked, many)
        figures = zip(chosen["stories"], chosen["in_story"], strict=True)
        self.stakes = {
            key: (int(stories), int(in_story))
            for key, (stories, in_story) in zip(table.claim_ids(chosen.index), figures, strict=True)
        }


@st.cache_resource(max_entries=2, show_spinner=False)
def _staked(_table: ClaimTable, address: str, change: int, with_rejected: bool) -> pd.DataFrame:
    return stakes(_table.rows(ClaimFilter(verdicts=VERDICT_STATES if with_rejected else ())))


def of_visit(wanted: ClaimFilter, order: str) -> Agenda:
    """The visit's agenda, made anew where the filter or the order is another one."""
    found = st.session_state.get(_KEY)
    if not isinstance(found, Agenda) or (found.wanted, found.order) != (wanted, order):
        judged = found.judged if isinstance(found, Agenda) else []
        found = Agenda(wanted, order, judged=judged)
        st.session_state[_KEY] = found
    return found
