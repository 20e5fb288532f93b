from analysis.codebook import load_codebook
from analysis.config import load_settings
from analysis.dashboard.downloads import one_file
from analysis.export import COLUMNS, export_files
from analysis.store import ClaimFilter, Store


def test_the_buttons_hand_out_the_files_of_the_command_line(press: Store) -> None:
    codebook = load_codebook(load_settings({}).codebook)
    wanted = ClaimFilter(vendors=("amazon",))
    files = export_files(press, wanted, codebook)
    assert {name: one_file(name, press, wanted, codebook) for name in COLUMNS} == files
