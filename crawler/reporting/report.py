"""What a crawl gave, by outlet: as tables for people, as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from analysis.errors import InputError, StoreError
from analysis.outcomes import (
    CLASSES,
    KEPT,
    SOURCE_READ,
    OutcomeClass,
    by_class,
    class_of,
    is_source,
)
from analysis.store import Crawl, Store
from crawler.reporting.alarms import HISTORY, Alarm, alarms

LABELS: dict[OutcomeClass, str] = {
    "kept": "Kept",
    "off_topic": "Off topic",
    "duplicate": "Duplicate",
    "refused": "Refused",
    "failed": "Failed",
}


@dataclass(frozen=True, slots=True)
class OutletReport:
    """What a crawl gave of one outlet.

    Attributes:
        counts: of its articles and sources, by reason.
        measures: see `crawler.reporting.measures`; empty in old crawls.
    """

    id: str
    name: str
    counts: Mapping[str, int]
    measures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """A crawl with its outlets, in their order, and its alarms."""

    crawl: Crawl
    outlets: tuple[OutletReport, ...]
    alarms: tuple[Alarm, ...]


def report_of(store: Store, crawl_id: int | None, names: Mapping[str, str]) -> Report:
    """The report of a crawl in the store, by default of the last one.

    Args:
        names: of outlets by id; outlets without one go by their id.

    Raises:
        InputError: there is no such crawl.
    """
    crawl = store.crawl(crawl_id)
    if crawl is None:
        number = "no crawl yet" if crawl_id is None else f"no crawl {crawl_id}"
        last = store.crawl()
        there = f"; the last one is {last.id}" if last else ""
        raise InputError(f"{number} in the store {store.address}{there}")
    earlier = store.crawls_before(crawl.id, crawl.started - HISTORY)
    # The measures are in the order of the outlets file.
    keys = [key for key in dict.fromkeys((*crawl.measures, *crawl.stats)) if key in crawl.stats]
    return Report(
        crawl,
        tuple(
            OutletReport(key, names.get(key, key), crawl.stats[key], crawl.measures.get(key, {}))
            for key in keys
        ),
        tuple(alarms(crawl, earlier)),
    )


def as_json(report: Report) -> str:
    """The report as one JSON object, indented; docs/crawling.md describes it."""
    crawl = report.crawl
    content = {
        "crawl": crawl.id,
        "started": crawl.started.isoformat(),
        "finished": crawl.finished.isoformat() if crawl.finished else None,
        "interrupted": crawl.interrupted,
        "alarms": [asdict(alarm) for alarm in report.alarms],
        "outlets": [_outlet_json(outlet) for outlet in report.outlets],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def write_json(report: Report, path: Path) -> None:
    """Writes the report as JSON, over an earlier one.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_json(report), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"the report {path} cannot be written: {error.strerror or error}; the store keeps "
            f"its counts: python -m crawler report {report.crawl.id}"
        ) from error


def print_report(report: Report, out: Console) -> None:
    """Prints the report for people, to fit the console's width."""
    out.print(Text(_heading(report.crawl)))
    out.print(_table(report.outlets))
    if reasons := _reasons(report.outlets):
        out.print(reasons)
    out.print(summary(outlet.counts for outlet in report.outlets), highlight=False)
    names = {outlet.id: outlet.name for outlet in report.outlets}
    for alarm in report.alarms:
        said = f"{names[alarm.outlet]}: {alarm.message}"
        out.print(Text.assemble(("Alarm: ", "bold red"), said))
    if report.alarms:
        alarmed = dict.fromkeys(alarm.outlet for alarm in report.alarms)
        options = " ".join(f"--outlet {key}" for key in alarmed)
        out.print(f"Look closer: python -m crawler check-outlets {options}", highlight=False)


def summary(tallies: Iterable[Mapping[str, int]]) -> str:
    """The counts of a crawl in one line."""
    total: Counter[str] = Counter()
    for counts in tallies:
        total.update(counts)
    classes = by_class(total)
    kept = [total[reason] for reason in KEPT]
    passed = sum(classes.values()) - sum(kept) - classes["failed"]
    labels = (*KEPT, "passed over", "failed")
    figures = zip((*kept, passed, classes["failed"]), labels, strict=True)
    return ", ".join(f"{number} {label}" for number, label in figures)


def is_unchanged(tallies: Sequence[Mapping[str, int]]) -> bool:
    """Whether sources or articles were found as they were, and no article new or changed."""
    seen = {reason for counts in tallies for reason, count in counts.items() if count}
    as_before = any(reason == "known" or reason.endswith("unchanged") for reason in seen)
    return as_before and not seen & {"new", "changed"}


def is_barren(counts: Mapping[str, int]) -> bool:
    """Whether no article of an outlet came, known ones included.

    Either its entry is wrong or it turns the crawler away. An outlet whose pages were read but
    are all off topic is not barren, nor one that had nothing new.
    """
    return not any(
        count
        and (
            reason.endswith(":unchanged")
            if is_source(reason)
            else class_of(reason) in ("kept", "off_topic", "duplicate")
        )
        for reason, count in counts.items()
    )


def _outlet_json(outlet: OutletReport) -> dict[str, Any]:
    articles = {key: n for key, n in outlet.counts.items() if not is_source(key)}
    sources = {key: n for key, n in outlet.counts.items() if is_source(key)}
    return {
        "id": outlet.id,
        "name": outlet.name,
        "requested": outlet.measures.get("requested", 0) if outlet.measures else None,
        "fetched": outlet.measures.get("fetched", 0) if outlet.measures else None,
        **_classes(outlet.counts),
        "reasons": {
            name: {reason: n for reason, n in sorted(articles.items()) if class_of(reason) == name}
            for name in CLASSES
        },
        "sources": dict(sorted(sources.items())),
        "measures": dict(sorted(outlet.measures.items())),
    }


def _classes(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in by_class(counts).items()}


def _heading(crawl: Crawl) -> str:
    start = f"Crawl {crawl.id}, {crawl.started:%Y-%m-%d %H:%M} UTC"
    if crawl.finished is None:
        return f"{start}: not finished, or killed"
    minutes, seconds = divmod(round((crawl.finished - crawl.started).total_seconds()), 60)
    took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{start}: {'interrupted after' if crawl.interrupted else 'took'} {took}"


def _table(outlets: Sequence[OutletReport]) -> Table:
    table = Table("Outlet", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("Asked for", "Fetched", *LABELS.values()):
        # In two lines, which leaves the names of outlets more of a narrow terminal.
        table.add_column(heading.replace(" ", "\n"), justify="right")
    total: Counter[str] = Counter()
    for outlet in outlets:
        known = bool(outlet.measures)
        figures: dict[str, int] = {
            "requested": outlet.measures.get("requested", 0),
            "fetched": outlet.measures.get("fetched", 0),
            **_classes(outlet.counts),
        }
        total.update(figures)
        asked = (figures["requested"], figures["fetched"]) if known else ("–", "–")
        table.add_row(
            Text(outlet.name), *map(str, asked), *(str(figures[name]) for name in CLASSES)
        )
    if len(outlets) > 1:
        table.add_section()
        table.add_row("All", *(str(total[name]) for name in ("requested", "fetched", *CLASSES)))
    return table


def _reasons(outlets: Sequence[OutletReport]) -> RenderableType | None:
    """What became of the pages that were not kept, and which sources failed."""
    table = Table("Not kept", "", "Reasons", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for outlet in outlets:
        rows = list(_rows(outlet.counts))
        for number, (label, reasons) in enumerate(rows):
            table.add_row(Text("" if number else outlet.name), label, Text(reasons))
    return Group(table) if table.row_count else None


def _rows(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name in CLASSES[1:]:
        found = {
            _bare(reason, name): count
            for reason, count in counts.items()
            if not is_source(reason) and class_of(reason) == name
        }
        if found and name != "duplicate":
            yield LABELS[name].lower(), _listed(found)
    failed = {
        reason: count
        for reason, count in counts.items()
        if is_source(reason) and reason.partition(":")[2] not in SOURCE_READ
    }
    if failed:
        yield "sources", _listed(failed)


def _bare(reason: str, name: OutcomeClass) -> str:
    return reason.removeprefix(f"{name}:")


def _listed(counts: Mapping[str, int]) -> str:
    """Reasons and counts, the most frequent first, without a space where a line could break."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason}={count}" for reason, count in ranked)
