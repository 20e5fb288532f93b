"""Damage of every kind is found, named by file and byte, and nothing else is."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.store import Capture
from crawler.archive.verifying import Verification, matches, verify
from tests.crawler.archive.exchanges import PAGE, URL, an_archive, an_exchange, members

Captures = list[tuple[str, Capture]]


@pytest.fixture
def archived(tmp_path: Path) -> tuple[Path, Captures]:
    """One file with four pages, and where they are."""
    with an_archive(tmp_path) as archive:
        pages = [
            (f"{URL}&n={n}", archive.write([an_exchange(url=f"{URL}&n={n}", body=PAGE * (n + 1))]))
            for n in range(4)
        ]
    return tmp_path / pages[0][1].file, pages


def found(path: Path, captures: Captures) -> Verification:
    return verify(path.parent, captures)


def test_an_archive_as_it_was_written_is_whole(archived):
    path, captures = archived
    seen: list[str] = []
    result = verify(path.parent, captures, seen.append)
    assert (result.files, result.records, result.captures) == (1, 9, 4)
    assert (result.damage, result.unfinished) == ([], [])
    assert seen == [path.name]


def test_an_empty_archive_is_whole(tmp_path):
    assert verify(tmp_path / "nowhere", []) == Verification()


@pytest.mark.parametrize("place", [2, 60, 200, 400])
def test_a_changed_byte_is_found_and_what_follows_is_still_read(archived, place):
    path, captures = archived
    content = bytearray(path.read_bytes())
    offset = captures[1][1].offset
    content[offset + place] ^= 0x55
    path.write_bytes(content)
    result = found(path, captures)
    assert {(damage.file, damage.offset) for damage in result.damage} == {(path.name, offset)}
    assert result.records == 9
    assert result.unfinished == []


def test_zeros_over_two_records_are_found_and_what_follows_is_still_read(archived):
    path, captures = archived
    content = bytearray(path.read_bytes())
    start, end = captures[1][1].offset, captures[3][1].offset
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    result = found(path, captures)
    first, second = result.damage
    assert (first.offset, second.offset) == (start, captures[2][1].offset)
    assert "not readable" in first.problem
    assert f"no record begins here; the store points here for {captures[2][0]}" in second.problem


def altered(path: Path, captures: Captures, number: int, change: dict[bytes, bytes]) -> None:
    """Rewrites a record; the file's other records stay as they are."""
    content = path.read_bytes()
    offsets = [offset for offset, _ in members(path)]
    start = captures[number][1].offset
    end = min((offset for offset in offsets if offset > start), default=len(content))
    record = gzip.decompress(content[start:end])
    for old, new in change.items():
        assert old in record
        record = record.replace(old, new)
    path.write_bytes(content[:start] + gzip.compress(record) + content[end:])


def test_a_page_altered_with_its_checksum_is_told_by_the_record_s_digests(archived):
    path, captures = archived
    altered(path, captures, 3, {"écoute".encode(): b"entend" + b"s"})
    result = found(path, captures)
    problems = [damage.problem for damage in result.damage]
    assert [damage.offset for damage in result.damage] == [captures[3][1].offset] * 3
    assert "the block is not what it was" in problems[0]
    assert "the payload is not what it was" in problems[1]
    assert "not the page that was stored" in problems[2]


def test_a_page_altered_with_all_its_digests_is_told_by_the_store(archived):
    path, captures = archived
    with an_archive(path.parent / "forged") as forger:
        forged = forger.write([an_exchange(body=PAGE.replace(b"<article>", b"<section>"))])
    forgery = path.parent / "forged" / forged.file
    forgery.rename(path.parent / path.name)
    result = found(path, [(URL, replace(captures[0][1], offset=forged.offset))])
    (damage,) = result.damage
    assert damage.problem.startswith(f"not the page that was stored for {URL}: sha256:")


@pytest.mark.parametrize("cut", [1, 30])
def test_a_record_that_a_killed_run_left_unfinished_is_no_damage(archived, cut):
    path, captures = archived
    last = [offset for offset, _ in members(path)][-1]
    path.write_bytes(path.read_bytes()[: last + cut])
    result = found(path, captures)
    assert result.damage == []
    assert [str(each) for each in result.unfinished] == [
        f"{path.name}, byte {last}: the last record is unfinished"
    ]


def test_an_unfinished_record_that_the_store_points_to_is_damage(archived):
    path, captures = archived
    offset = captures[3][1].offset
    path.write_bytes(path.read_bytes()[: offset + 30])
    (damage,) = found(path, captures).damage
    assert (damage.offset, damage.problem[:21]) == (offset, "no record begins here")


def test_missing_files_and_wrong_places_are_named(archived):
    path, captures = archived
    url, capture = captures[0]
    wrong = [
        (url, replace(capture, file="earshot-gone.warc.gz")),
        (url, replace(capture, file="earshot-gone.warc.gz", offset=9)),
        (url, replace(capture, offset=capture.offset + 1)),
        (url, replace(capture, offset=0)),
    ]
    assert [str(damage) for damage in found(path, [*captures, *wrong]).damage] == [
        f"{path.name}, byte 0: not a page's record; the store points here for {url}",
        f"{path.name}, byte {capture.offset + 1}: no record begins here; "
        f"the store points here for {url}",
        "earshot-gone.warc.gz: the file is missing; 2 pages point there",
    ]


def test_a_bomb_of_a_record_is_not_unpacked(tmp_path):
    (tmp_path / "bomb.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n" + bytes(100_000_000)))
    (damage,) = verify(tmp_path, []).damage
    assert (damage.offset, "more than" in damage.problem) == (0, True)


@pytest.mark.parametrize(
    ("declared", "fits"),
    [
        ("sha1:QYY4C3J7VV44SDSX3ZWDPUWOGDVEDC6O", False),
        ("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N", True),
        ("sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", True),
        ("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", True),
        ("sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824", True),
        ("shake_128:ab", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_digests_are_read_in_their_usual_forms(declared, fits):
    assert matches(declared, b"hello") is fits
