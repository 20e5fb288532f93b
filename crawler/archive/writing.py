"""Pages into WARC files (ISO 28500, version 1.1), one gzip member a record."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO, FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from analysis.errors import StoreError
from analysis.store import Capture
from crawler.archive.exchange import Exchange, HeaderLines

FILE_BYTES = 1_000_000_000
"""From this size on a file is followed by another, as WARC's authors recommend."""
SUFFIX = ".warc.gz"
_LEVEL = 4
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Archive:
    """The files that one run writes; a context manager, for one thread.

    A run never writes to an earlier run's file, so what a killed one left unfinished at the
    end of its file stays there and harms nothing that follows. Files are made when there is
    something to write.

    Args:
        folder: where the files go; made when needed.
        run: names the run: "crawl-12".
        information: fields for the record that opens each file, beside those of the format.
        file_bytes: size from which another file is begun.
    """

    def __init__(
        self, folder: Path, run: str, information: dict[str, str], file_bytes: int = FILE_BYTES
    ) -> None:
        self._folder = folder
        self._run = run
        self._information = information
        self._file_bytes = file_bytes
        self._started = datetime.now(UTC)
        self._file: FileIO | None = None
        self._files = 0
        self._warcinfo = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, exchanges: Sequence[Exchange]) -> Capture:
        """Write what was exchanged for one page, redirects first, and say where the page is.

        When this returns, the records are with the operating system: they outlive the process.

        Raises:
            StoreError: the folder cannot be written to.
        """
        try:
            return self._write(exchanges)
        except OSError as error:
            raise StoreError(
                f"the archive {self._folder} cannot be written: {error.strerror or error}; make "
                "room or name another folder in EARSHOT_ARCHIVE (off: keep no archive)"
            ) from error

    def close(self) -> None:
        """Finish the current file, down to the disk."""
        if self._file is not None:
            with self._file as file:
                os.fsync(file.fileno())
            self._file = None

    def _write(self, exchanges: Sequence[Exchange]) -> Capture:
        if self._file is not None and self._file.tell() >= self._file_bytes:
            self.close()
        file = self._file or self._open()
        start = file.tell()
        records = BytesIO()
        writer = _writer(records)
        offset = 0
        for exchange in exchanges:
            offset = records.tell()
            self._add(writer, exchange)
        _append(file, records)
        return Capture(Path(str(file.name)).name, start + offset, _digest(exchanges[-1].body))

    def _open(self) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files += 1
        stamp = f"{self._started:%Y%m%dT%H%M%S%fZ}"
        path = self._folder / f"earshot-{stamp}-{self._run}-{self._files:05}{SUFFIX}"
        file = path.open("xb", buffering=0)
        opening = BytesIO()
        writer = _writer(opening)
        record = writer.create_warcinfo_record(
            path.name,
            {"format": "WARC File Format 1.1", "conformsTo": _CONFORMS_TO, **self._information},
        )
        self._warcinfo = record.rec_headers.get_header("WARC-Record-ID")
        writer.write_record(record)
        _append(file, opening)
        self._file = file
        return file

    def _add(self, writer: WARCWriter, exchange: Exchange) -> None:
        if exchange.is_file:
            writer.write_record(self._resource(writer, exchange))
            return
        response = self._record(
            writer,
            "response",
            exchange,
            _Head(f"{exchange.protocol} {exchange.status_line}", exchange.response_headers),
            exchange.body,
        )
        if not exchange.request_line:
            writer.write_record(response)
            return
        head = _Head(exchange.request_line, exchange.request_headers)
        request = self._record(writer, "request", exchange, head, b"")
        writer.write_request_response_pair(request, response)

    def _record(
        self, writer: WARCWriter, kind: str, exchange: Exchange, head: _Head, body: bytes
    ) -> ArcWarcRecord:
        headers = self._headers(exchange, body, head.block + body)
        if exchange.address:
            headers["WARC-IP-Address"] = exchange.address
        return writer.create_warc_record(
            exchange.url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict=headers,
            http_headers=head,
        )

    def _resource(self, writer: WARCWriter, file: Exchange) -> ArcWarcRecord:
        return writer.create_warc_record(
            file.url,
            "resource",
            payload=BytesIO(file.body),
            length=len(file.body),
            warc_content_type=file.media_type,
            warc_headers_dict=self._headers(file, file.body, file.body),
        )

    def _headers(self, exchange: Exchange, payload: bytes, block: bytes) -> dict[str, str]:
        return {
            "WARC-Date": f"{exchange.fetched.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "WARC-Warcinfo-ID": self._warcinfo,
            "WARC-Payload-Digest": _digest(payload),
            "WARC-Block-Digest": _digest(block),
        }


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """Start line and headers that are written byte by byte as they came."""

    def __init__(self, start: str, lines: HeaderLines) -> None:
        super().__init__(start, list(lines))
        text = "".join(f"{line}\r\n" for line in (start, *map(": ".join, lines), ""))
        self.block = text.encode("latin-1")

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Called by warcio, whose own version rewrites what is not ASCII."""
        self.headers_buff = self.block


def _append(file: FileIO, records: BytesIO) -> None:
    """Write whole records or, where that fails, nothing."""
    start = file.tell()
    rest = records.getbuffer()
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError:
        file.truncate(start)
        file.seek(start)
        raise


class _Members:
    """A gzip member for each record, which warcio ends with a flush.

    warcio's own are at zlib's level 9, which takes three times as long for 7 % less.
    """

    def __init__(self, out: BytesIO) -> None:
        self._out = out
        self._member = self._new()

    def write(self, content: bytes) -> None:
        self._out.write(self._member.compress(content))

    def flush(self) -> None:
        self._out.write(self._member.flush())
        self._member = self._new()

    @staticmethod
    def _new() -> zlib._Compress:
        return zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)


def _writer(out: BytesIO) -> WARCWriter:
    return WARCWriter(_Members(out), gzip=False, warc_version="1.1")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
