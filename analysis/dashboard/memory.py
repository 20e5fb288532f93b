"""Keeping garbage collection short."""

from __future__ import annotations

import gc
from functools import cache


@cache
def settle(page: str) -> None:
    """Once for each page: what was loaded for it stays, and no collection looks through it again.

    Streamlit collects garbage after every run. With all modules, the codebook and the claims in
    memory that took a tenth of a second, more than most pages.
    """
    gc.collect()
    gc.freeze()
