from __future__ import annotations

import pytest

from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.dashboard import downloads
from analysis.export import COLUMNS, export_file, export_files
from analysis.store import ClaimFilter, Store
from tests.dashboard.conftest import Open


def test_the_buttons_hand_out_the_files_of_the_command_line(press: Store) -> None:
    codebook = load_codebook(load_settings({}).codebook)
    wanted = ClaimFilter(vendors=("amazon",))
    files = export_files(press, wanted, codebook)
    assert {name: export_file(name, press, wanted, codebook) for name in COLUMNS} == files


def test_long_files_are_not_made_by_the_page(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST", 3)
    buttons = {
        button.proto.label: button.proto.disabled
        for button in open_page("claims").get("download_button")
    }
    assert buttons == {
        "claims.csv": True,
        "vendors_by_practice.csv": False,
        "articles.csv": True,
    }
    few = open_page("claims", vendor="google")
    assert not any(button.proto.disabled for button in few.get("download_button"))
