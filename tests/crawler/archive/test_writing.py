"""What the archive's files hold, read with warcio, fastwarc and plain zlib."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from analysis.config import ROOT
from analysis.errors import StoreError
from analysis.store import Capture
from crawler.archive.reading import read_page
from tests.crawler.archive.exchanges import (
    PAGE,
    URL,
    a_file,
    an_archive,
    an_exchange,
    fields,
    members,
)


def test_each_record_is_a_gzip_member_and_the_first_one_says_what_the_file_is(tmp_path):
    with an_archive(tmp_path) as archive:
        capture = archive.write([an_exchange()])
    (path,) = tmp_path.iterdir()
    (first, info), (second, response), (_, request) = members(path)
    assert (first, second) == (0, capture.offset)
    assert path.name == capture.file
    assert fields(info)["WARC-Type"] == "warcinfo"
    assert fields(info)["WARC-Filename"] == path.name
    assert b"software: Earshot/0.1\r\n" in info
    assert [fields(member)["WARC-Type"] for member in (response, request)] == [
        "response",
        "request",
    ]
    for member in (response, request):
        assert member.startswith(b"WARC/1.1\r\n")
        assert fields(member)["WARC-Target-URI"] == URL
        assert fields(member)["WARC-Date"] == "2024-05-02T08:30:15.123456Z"
        assert fields(member)["WARC-Warcinfo-ID"] == fields(info)["WARC-Record-ID"]
        assert fields(member)["WARC-IP-Address"] == "192.0.2.7"
    assert fields(request)["WARC-Concurrent-To"] == fields(response)["WARC-Record-ID"]


def test_both_sides_are_written_byte_by_byte_with_their_digests(tmp_path):
    with an_archive(tmp_path) as archive:
        capture = archive.write([an_exchange()])
    _, (_, response), (_, request) = members(tmp_path / capture.file)
    block = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"X-Twice: one\r\nX-Twice: caf\xe9\r\n\r\n" + PAGE
    )
    assert response.partition(b"\r\n\r\n")[2] == block + b"\r\n\r\n"
    sent = b"GET /tech/a?x=1 HTTP/1.1\r\nHost: gazette.example\r\nUser-Agent: Earshot/0.1\r\n\r\n"
    assert request.partition(b"\r\n\r\n")[2] == sent + b"\r\n\r\n"
    assert fields(response)["Content-Length"] == str(len(block))
    payload = f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert fields(response)["WARC-Payload-Digest"] == payload == capture.digest
    assert fields(response)["WARC-Block-Digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"


def test_a_file_handed_over_is_a_resource_of_its_very_bytes(tmp_path):
    with an_archive(tmp_path) as archive:
        capture = archive.write([a_file("text/html", PAGE)])
    _, (offset, member) = members(tmp_path / capture.file)
    digest = f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    found = fields(member)
    assert (found["WARC-Type"], found["WARC-Target-URI"]) == ("resource", URL)
    assert (found["Content-Type"], found["Content-Length"]) == ("text/html", str(len(PAGE)))
    assert found["WARC-Block-Digest"] == found["WARC-Payload-Digest"] == digest
    assert capture == Capture(capture.file, offset, digest)
    assert member.partition(b"\r\n\r\n")[2] == PAGE + b"\r\n\r\n"
    assert read_page(tmp_path / capture.file, offset) == a_file("text/html", PAGE)


def test_warcio_and_fastwarc_read_every_record_and_agree_with_its_digests(tmp_path):
    with an_archive(tmp_path) as archive:
        for number in range(3):
            archive.write([an_exchange(url=f"{URL}&n={number}", body=PAGE * (number + 1))])
    (path,) = tmp_path.iterdir()
    with path.open("rb") as stream:
        kinds = [
            (record.record_type, record.verify_payload_digest())
            for record in ArchiveIterator(stream, verify_digests=True)
            if record.record_type != WarcRecordType.warcinfo
        ]
    assert kinds == [(WarcRecordType.response, True), (WarcRecordType.request, True)] * 3
    with path.open("rb") as stream:
        read = []
        for record in WarcioIterator(stream, check_digests="raise"):
            read.append((record.rec_type, len(record.content_stream().read())))
    assert [kind for kind, _ in read] == ["warcinfo", *["response", "request"] * 3]
    assert [length for kind, length in read if kind == "response"] == [
        len(PAGE) * n for n in (1, 2, 3)
    ]


def test_redirects_stand_before_the_page_to_which_the_place_points(tmp_path):
    moved = an_exchange(
        url="https://gazette.example/old",
        status_line="301 Moved Permanently",
        response_headers=(("Location", URL),),
        body=b"",
    )
    with an_archive(tmp_path) as archive:
        capture = archive.write([moved, an_exchange()])
    found = [(offset, fields(member)) for offset, member in members(tmp_path / capture.file)]
    assert [each["WARC-Target-URI"] for _, each in found[1:]] == [moved.url] * 2 + [URL] * 2
    assert capture.offset == found[3][0]


def test_a_page_whose_request_nobody_kept_has_a_response_alone(tmp_path):
    with an_archive(tmp_path) as archive:
        capture = archive.write([an_exchange(request_line="", request_headers=())])
    kinds = [fields(member)["WARC-Type"] for _, member in members(tmp_path / capture.file)]
    assert kinds == ["warcinfo", "response"]


def test_a_file_that_is_full_is_followed_by_another(tmp_path):
    with an_archive(tmp_path, file_bytes=1500) as archive:
        captures = [archive.write([an_exchange()]) for _ in range(6)]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) > 2
    assert [name.rpartition("-")[2] for name in names[:2]] == ["00001.warc.gz", "00002.warc.gz"]
    assert sorted({capture.file for capture in captures}) == names
    for name in names:
        kinds = [fields(member)["WARC-Type"] for _, member in members(tmp_path / name)]
        assert kinds[0] == "warcinfo"
        assert kinds[1:] == ["response", "request"] * (len(kinds) // 2)


def test_two_runs_never_write_to_one_file(tmp_path):
    with an_archive(tmp_path) as one, an_archive(tmp_path) as other:
        captures = [archive.write([an_exchange()]) for archive in (one, other, one)]
    assert captures[0].file == captures[2].file != captures[1].file


def test_a_run_that_keeps_nothing_leaves_no_file(tmp_path):
    with an_archive(tmp_path / "archive"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        an_archive(tmp_path / "file" / "archive") as archive,
        pytest.raises(StoreError, match=r"archive .*file.*cannot be written.*EARSHOT_ARCHIVE"),
    ):
        archive.write([an_exchange()])


def test_a_full_disk_leaves_no_half_record_behind(tmp_path):
    """The limit on a process's files stands for the disk's end."""
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert "cannot be written: File too large" in done.stdout, done.stderr
    (path,) = tmp_path.iterdir()
    kinds = [fields(member)["WARC-Type"] for _, member in members(path)]
    assert kinds == ["warcinfo", *["response", "request"] * (len(kinds) // 2)]
    assert len(kinds) > 3


FILLER = """
import resource, signal, sys
from pathlib import Path
from analysis.errors import StoreError
from tests.crawler.archive.exchanges import an_archive, an_exchange
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
with an_archive(Path(sys.argv[1])) as archive:
    try:
        while True:
            archive.write([an_exchange()])
    except StoreError as error:
        print(error)
"""
WRITER = """
import sys
from pathlib import Path
from tests.crawler.archive.exchanges import an_archive, an_exchange
with an_archive(Path(sys.argv[1])) as archive:
    while True:
        capture = archive.write([an_exchange()])
        print(capture.file, capture.offset, capture.digest, flush=True)
"""


def test_what_a_killed_run_has_said_is_written_can_be_read(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.wait()
    captures = [
        Capture(name, int(offset), digest)
        for name, offset, digest in (line.split() for line in said if line.endswith("\n"))
    ]
    (path,) = tmp_path.iterdir()
    # As if the last write had been cut short as well.
    whole = path.read_bytes()
    path.write_bytes(whole[: captures[-1].offset + 40])
    with path.open("rb") as stream:
        read = [
            (record.stream_pos, record.verify_payload_digest())
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response)
        ]
    assert read[: len(captures) - 1] == [(capture.offset, True) for capture in captures[:-1]]
    assert replace(captures[0], offset=0) == replace(captures[-1], offset=0)
