"""What every test of the web application stands on: a home that is thrown away, and the cast."""

from __future__ import annotations

from datetime import date

import pytest

from browser import chromium  # noqa: F401, the fixture of every test in a browser


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


@pytest.fixture
def recorded(db, home):
    """A district founded in August 2025, with its eight people and a real, empty workspace."""
    from cast import found
    from gainline.services import clock

    with clock.stopped_at(date(2025, 8, 1)):
        return found()


@pytest.fixture
def work():
    """Carry out every job that waits, as the worker would; gives the states that they ended in."""
    from gainline.services import working
    from gainline.store.models.imports import Job
    from gainline.store.tenancy import across_districts

    def run() -> list[str]:
        with across_districts(why="the worker serves every district"):
            waiting = list(Job.objects.filter(state="waiting").order_by("pk"))
        return [working.carry_out(public_id=job.public_id, district_id=job.district_id) for job in waiting]

    return run


@pytest.fixture(scope="session")
def _rich(django_db_setup, django_db_blocker, tmp_path_factory):
    from django.test import override_settings

    from builders.rich import build, rolled_back

    home = tmp_path_factory.mktemp("rich") / "home"
    with django_db_blocker.unblock(), override_settings(GAINLINE_HOME=home), rolled_back():
        return build(home)


@pytest.fixture
def rich(_rich, db, home):
    """A district in which everything has happened once, in June 2026, and another one that bears a mark.

    It is built once a run, which takes half a minute: for slow tests.
    """
    from builders.rich import SUMMER, restore
    from gainline.services import clock

    with clock.stopped_at(SUMMER):
        yield restore(*_rich, home)


@pytest.fixture(autouse=True)
def one_factor(settings):
    """Signing in by a test's own client has no second factor; the tests of the second factor ask for it again."""
    settings.GAINLINE_MFA = "off"
