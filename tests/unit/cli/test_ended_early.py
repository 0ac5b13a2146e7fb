"""Whoever ends `gainline serve` while it is still opening leaves no process behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from gainline.cli.online import serving


@pytest.mark.parametrize("when", ["_server", "_wait_until_open", "_watch"])
def test_ending_it_at_any_moment_ends_its_children(monkeypatch, when):
    ended = []
    kept = signal.getsignal(signal.SIGTERM)

    def told(*_words):
        os.kill(os.getpid(), signal.SIGTERM)
        signal.sigtimedwait([], 0)  # let Python run its handler

    for name in ("set_up", "_wait_until_open", "_watch"):
        monkeypatch.setattr(serving, name, lambda *words: None)
    monkeypatch.setattr(serving, "_prepare", lambda **words: None)
    monkeypatch.setattr(serving, "_child", lambda module: module)
    monkeypatch.setattr(serving, "_server", lambda *words: "server")
    monkeypatch.setattr(serving, "_end", lambda children: ended.extend(children))
    monkeypatch.setattr(serving, when, told)
    monkeypatch.delenv("GAINLINE_SERVED", raising=False)
    monkeypatch.delenv("GAINLINE_ORIGIN", raising=False)
    try:
        serving.open_site(Path("home"), serving.Address())
    finally:
        signal.signal(signal.SIGTERM, kept)
        os.environ.pop("GAINLINE_SERVED", None)
        os.environ.pop("GAINLINE_ORIGIN", None)
    assert ended == (["gainline.jobs.worker"] if when == "_server" else ["gainline.jobs.worker", "server"])
