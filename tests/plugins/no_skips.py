"""With CI=true in the environment, a run with skipped tests fails.

A machine of a reader may lack Chromium or PostgreSQL, and the tests that need
them are then named and passed over; where everything is installed, a skip means
that something went untested unnoticed.
"""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped:
        reporter.write_line("")
        reporter.write_line(f"CI=true allows no skipped tests: {len(skipped)} skipped", red=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
