from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SKIPPING = "import pytest\n\ndef test_skips():\n    pytest.skip('no browser here')\n"
MODULE_SKIPPING = "import pytest\n\npytest.importorskip('no_such_module')\n"
PASSING = "def test_passes():\n    pass\n"


@pytest.mark.parametrize(
    ("source", "ci", "status"),
    [
        (SKIPPING, "true", pytest.ExitCode.TESTS_FAILED),
        (MODULE_SKIPPING, "true", pytest.ExitCode.TESTS_FAILED),
        (SKIPPING, "", pytest.ExitCode.OK),
        (PASSING, "true", pytest.ExitCode.OK),
    ],
)
def test_a_skipped_test_fails_the_run_in_ci(
    source: str, ci: str, status: pytest.ExitCode, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_another.py").write_text(PASSING, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            *["-m", "pytest", "-p", "tests.plugins.no_skips", "-p", "no:cacheprovider"],
            tmp_path,
        ],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stdout + done.stderr
