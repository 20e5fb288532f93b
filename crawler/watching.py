"""Round after round: a crawl, what follows it, and the wait until the next one.

Each step of a round is a process of its own, so that none sees what an earlier one left behind
and none can end the watch.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.text import Text

from analysis.errors import ConfigurationError
from crawler.reporting.progress import console
from crawler.running import BUSY

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a round, with the name that messages give it."""

    name: str
    command: tuple[str, ...]


def interval(text: str) -> timedelta:
    """The time that "30m", "1h" or "2d" says.

    Raises:
        ConfigurationError: it says none, or less than a minute.
    """
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if not found or int(found[1]) == 0:
        raise ConfigurationError(
            f"every {text!r}: write a number of minutes, hours or days as 30m, 1h or 2d; "
            "the least is 1m"
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command `python -m module arguments`, with this Python."""
    return (sys.executable, "-m", module, *arguments)


def watch(steps: Sequence[Step], every: timedelta, rounds: int | None = None) -> int:
    """Runs the steps one after another, again and again, until Ctrl-C or SIGTERM.

    A step that fails ends its round, not the watch. A signal is passed on to the running step
    as Ctrl-C, and the watch ends with it.

    Args:
        every: from the start of a round to that of the next, which starts at once if the round
            took longer.
        rounds: how many there are; None: no end.

    Returns:
        The exit status: 0, also after a signal; with `rounds`, 1 if one failed.
    """
    failed = number = 0
    with _waking() as alarm:
        while True:
            number += 1
            started = time.time()
            _say(f"Round {number}, {datetime.now():%Y-%m-%d %H:%M:%S}")
            outcome = _round(steps, alarm)
            if outcome:
                failed += 1
                _say(f"Round {number} failed: {outcome}.", "bold red")
            if not alarm.is_stopped and number != rounds:
                _wait_until(started + every.total_seconds(), alarm)
            if alarm.is_stopped:
                _say("The watch has ended. The same command goes on from here.")
                return 0
            if number == rounds:
                return 1 if failed else 0


class _Alarm:
    """What wakes the watch: signals that are to end it, and ends of children.

    Their numbers come through a pipe, so that none is missed however shortly before the wait
    it arrives.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self.is_stopped = False

    def wait(self, seconds: float | None) -> int:
        """Waits for the next signal, or so long; how many signals that end the watch came."""
        readable, _, _ = select.select([self._pipe], [], [], seconds)
        stops = sum(number in _STOPS for number in os.read(self._pipe, 64)) if readable else 0
        self.is_stopped |= stops > 0
        return stops


@contextmanager
def _waking() -> Iterator[_Alarm]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.getsignal(number) for number in (*_STOPS, signal.SIGCHLD)}
    pipe_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in before:
        signal.signal(number, lambda *_: None)
    try:
        yield _Alarm(reading)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(pipe_before)
        os.close(reading)
        os.close(writing)


def _round(steps: Sequence[Step], alarm: _Alarm) -> str:
    """Runs the steps; in words why the round failed, "" where it did not."""
    for step in steps:
        try:
            status = _run(step, alarm)
        except OSError as error:
            return f"{step.name} cannot be started: {error.strerror}"
        if alarm.is_stopped:
            return ""
        if status:
            return f"{step.name} ended {_how(status)}"
    return ""


def _run(step: Step, alarm: _Alarm) -> int:
    """Runs a step to its end, and passes signals on; its exit status."""
    # In a group of its own, so that a Ctrl-C at the terminal reaches it once, from here: a crawl
    # that gets it twice stops at once, and leaves the pages in hand unread.
    process = subprocess.Popen(step.command, stdin=subprocess.DEVNULL, process_group=0)
    while (status := process.poll()) is None:
        for _ in range(alarm.wait(None)):
            # A group whose last process has just ended is not found, or on macOS not permitted.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGINT)
    return status


def _wait_until(moment: float, alarm: _Alarm) -> None:
    left = moment - time.time()
    if left <= 0:
        _say("The round took longer than the time between two: the next starts at once.")
    else:
        _say(f"The next round starts at {datetime.fromtimestamp(moment):%Y-%m-%d %H:%M:%S}.")
    while left > 0 and not alarm.is_stopped:
        alarm.wait(left)
        left = moment - time.time()
    alarm.wait(0)


def _how(status: int) -> str:
    if status == BUSY:
        return f"with status {status}, another crawl is at work on the store"
    return f"with status {status}" if status >= 0 else f"by signal {-status}"


def _say(text: str, style: str = "bold") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
