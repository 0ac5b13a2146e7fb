"""What every test of the web application stands on: a home that is thrown away, and the cast."""

from __future__ import annotations

import pytest


@pytest.fixture
def home(settings, tmp_path):
    """A home of its own, where districts' workspaces go."""
    settings.GAINLINE_HOME = tmp_path / "home"
    return settings.GAINLINE_HOME


@pytest.fixture
def bare(home, monkeypatch):
    """Districts without a workspace: making one takes a third of a second, and few tests look into it."""
    from gainline.services import people

    monkeypatch.setattr(people, "make_workspace", lambda district: None)


@pytest.fixture
def cast(db, bare):
    """A founded district with its eight people, without a workspace."""
    from cast import found

    return found()


@pytest.fixture
def hillview(db, bare):
    """Another district, whose people must see nothing of the first."""
    from cast import found

    return found("Hillview", "hillview.example")
