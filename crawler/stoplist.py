"""The stop list: hosts and addresses that are never asked for.

The format is explained at the head of `crawler/data/stoplist.txt`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from analysis.errors import ConfigurationError

_HOST = re.compile(r"[^\s/*:]+(?::\d+)?")


@dataclass(frozen=True, slots=True)
class StopList:
    """Hosts, with their subdomains, and patterns of addresses without scheme."""

    hosts: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()

    def stops(self, url: str) -> bool:
        """Whether an address may not be asked for."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        labels = host.split(".")
        names = {".".join(labels[start:]) for start in range(len(labels))}
        if parts.port:
            names |= {f"{name}:{parts.port}" for name in names}
        if names & self.hosts:
            return True
        rest = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return any(
            pattern.match(f"{name}{rest}") for pattern in self.patterns for name in (*names, "")
        )


def load_stop_list(path: Path) -> StopList:
    """Reads a stop list.

    Raises:
        ConfigurationError: the file cannot be read, or a line is neither host nor pattern.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot read the stop list: {error}") from error
    hosts: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for number, line in enumerate(lines, start=1):
        entry = line.strip().casefold()
        if not entry or entry.startswith("#"):
            continue
        if "://" in entry or any(map(str.isspace, entry)):
            raise ConfigurationError(
                f"{path}, line {number}: {line.strip()!r} is neither a host (example.org) nor a "
                "pattern without https:// (example.org/members/, */print/)"
            )
        if _HOST.fullmatch(entry):
            hosts.add(entry.removeprefix("www."))
        else:
            patterns.append(_pattern(entry))
    return StopList(frozenset(hosts), tuple(patterns))


def _pattern(entry: str) -> re.Pattern[str]:
    """Stars become any characters, the last one being implied."""
    parts = re.sub(r"\*+", "*", entry.removesuffix("*")).split("*")
    return re.compile(".*".join(map(re.escape, parts)), re.IGNORECASE | re.DOTALL)
