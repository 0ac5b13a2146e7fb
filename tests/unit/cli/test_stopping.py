"""A Ctrl-C that a library drops is raised again at the next sign of progress."""

from __future__ import annotations

import contextlib
import signal

import pytest

from gainline.cli.console import progress_bars
from gainline.cli.stopping import heeding, stop_if_asked


def drop_a_ctrl_c() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_dropped_ctrl_c_stops_the_next_sign_of_progress() -> None:
    with heeding(), progress_bars({"files": "Files"}) as on:
        on("files", 0, 2)
        drop_a_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            on("files", 1, 2)


def test_a_ctrl_c_of_an_earlier_command_does_not_stop_the_next() -> None:
    with heeding():
        drop_a_ctrl_c()
    stop_if_asked()
    with heeding():
        stop_if_asked()


def test_the_way_of_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with heeding():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
