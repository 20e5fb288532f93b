"""Whether the archive still holds what was written, and all that the store points to."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from analysis.store import Capture
from crawler.archive.writing import SUFFIX

MAX_RECORD_BYTES = 64 * 1024 * 1024
UNFINISHED = "the last record is unfinished"
_CHUNK = 1 << 16
_MEMBER = b"\x1f\x8b\x08"


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in a file and, unless it is missing, at the byte where a record begins."""

    file: str
    offset: int | None
    problem: str

    def __str__(self) -> str:
        place = "" if self.offset is None else f", byte {self.offset}"
        return f"{self.file}{place}: {self.problem}"


@dataclass(slots=True)
class Verification:
    """What was checked and found.

    Attributes:
        captures: archived pages that the store points to.
        unfinished: files whose last record was never finished, which a killed run leaves
            behind. Nothing in the store points to such a record, or it is damage.
    """

    files: int = 0
    records: int = 0
    captures: int = 0
    damage: list[Damage] = field(default_factory=list)
    unfinished: list[Damage] = field(default_factory=list)


def verify(
    folder: Path,
    captures: Iterable[tuple[str, Capture]],
    progress: Callable[[str], None] = lambda name: None,
) -> Verification:
    """Read every file of an archive and compute its digests anew.

    Three things are compared: gzip's own checksums, the digests that each record carries, and
    the digest that the store has of each page, which an altered file cannot alter.

    Args:
        folder: the archive.
        captures: what the store points to, with the articles' addresses.
        progress: called with the name of each file before it is read.
    """
    found = Verification()
    wanted = dict[str, dict[int, list[tuple[str, Capture]]]]()
    for url, capture in captures:
        wanted.setdefault(capture.file, {}).setdefault(capture.offset, []).append((url, capture))
        found.captures += 1
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        progress(path.name)
        found.files += 1
        _verify_file(path, wanted.pop(path.name, {}), found)
    for name, missing in sorted(wanted.items()):
        pages = sum(map(len, missing.values()))
        found.damage.append(Damage(name, None, f"the file is missing; {pages} pages point there"))
    return found


def _verify_file(
    path: Path, wanted: dict[int, list[tuple[str, Capture]]], found: Verification
) -> None:
    with path.open("rb") as file:
        for offset, record, problem in _members(file):
            captures = wanted.pop(offset, [])
            if problem == UNFINISHED:
                found.unfinished.append(Damage(path.name, offset, problem))
                wanted |= {offset: captures} if captures else {}
                continue
            found.records += 1
            problems = [problem] if problem else list(_problems(record, captures))
            found.damage += [Damage(path.name, offset, text) for text in problems]
    found.damage += [
        Damage(path.name, offset, f"no record begins here; the store points here for {url}")
        for offset, captures in sorted(wanted.items())
        for url, _ in captures
    ]


def _members(file: BinaryIO) -> Iterator[tuple[int, bytes, str]]:
    """The gzip members of a file: offset, content, and what is wrong with it."""
    offset = 0
    while True:
        file.seek(offset)
        member = bytearray()
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        read = 0
        try:
            while not inflater.eof:
                chunk = file.read(_CHUNK)
                if not chunk:
                    break
                read += len(chunk)
                member += inflater.decompress(chunk)
                if len(member) > MAX_RECORD_BYTES:
                    raise zlib.error(f"a record of more than {MAX_RECORD_BYTES} bytes")
            problem = "" if inflater.eof else UNFINISHED
        except zlib.error as error:
            problem = f"not readable: {error}"
        if not problem:
            yield offset, bytes(member), ""
            offset += read - len(inflater.unused_data)
            continue
        following = _next_member(file, offset + 1) if read else None
        if problem == UNFINISHED and following is not None:
            problem = "not readable: its end is missing"
        if read:
            yield offset, b"", problem
        if following is None:
            return
        offset = following


def _next_member(file: BinaryIO, start: int) -> int | None:
    """Where the next record after damage begins."""
    file.seek(start)
    position, tail = start, b""
    while chunk := file.read(_CHUNK):
        window = tail + chunk
        base = position - len(tail)
        place = window.find(_MEMBER)
        while place >= 0:
            if _begins_record(file, base + place):
                return base + place
            place = window.find(_MEMBER, place + 1)
        position += len(chunk)
        tail = window[-len(_MEMBER) + 1 :]
        file.seek(position)
    return None


def _begins_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(file.read(1024), 5)
    except zlib.error:
        return False
    return start == b"WARC/"


def _problems(member: bytes, captures: list[tuple[str, Capture]]) -> Iterator[str]:
    try:
        record = next(iter(ArchiveIterator(BytesIO(member), parse_http=False)), None)
    except OSError as error:
        yield f"not a WARC record: {error}"
        return
    if record is None:
        yield "an empty record"
        return
    block = record.reader.read()
    if len(block) != int(record.headers.get("Content-Length") or -1):
        yield f"cut off after {len(block)} bytes"
    payload = _payload(record, block)
    for name, content in (("Block", block), ("Payload", payload)):
        declared = record.headers.get(f"WARC-{name}-Digest")
        if declared is not None and not matches(declared, content):
            yield f"the {name.lower()} is not what it was: {declared} does not fit"
    for url, capture in captures:
        if record.record_type not in (WarcRecordType.response, WarcRecordType.resource):
            yield f"not a page's record; the store points here for {url}"
        elif not matches(capture.digest, payload):
            yield f"not the page that was stored for {url}: {capture.digest} does not fit"


def _payload(record: WarcRecord, block: bytes) -> bytes:
    if record.record_type in (WarcRecordType.response, WarcRecordType.request):
        return block.partition(b"\r\n\r\n")[2]
    return block


def matches(declared: str, content: bytes) -> bool:
    """Whether a labelled digest (hexadecimal or base 32) is that of some content."""
    algorithm, _, value = declared.partition(":")
    try:
        digest = hashlib.new(algorithm.strip().lower(), content, usedforsecurity=False).digest()
    except (ValueError, TypeError):
        return False
    forms = {digest.hex(), base64.b32encode(digest).decode().rstrip("=").lower()}
    return value.strip().rstrip("=").lower() in forms
