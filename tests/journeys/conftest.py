"""A small district, built once, with its roster in a workspace; each journey gets a copy of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING, build, tiny, write
from terminal import gainline


@pytest.fixture(scope="session")
def district_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny district: incoming files, plans, settings and truth."""
    folder = tmp_path_factory.mktemp("district")
    write(build(tiny(), seed=5), folder)
    return folder


@pytest.fixture(scope="session")
def _rostered(district_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("rostered") / "home"
    assert gainline("init", home).code == 0
    shutil.copy(district_files / "gainline.toml", home / "gainline.toml")
    shutil.copytree(district_files / "profiles", home / "profiles", dirs_exist_ok=True)
    roster = district_files / INCOMING / "oneroster"
    ran = gainline("import", roster, "-w", home, "--as-of", "2025-09-29")
    assert ran.code == 0, ran.err
    return home


@pytest.fixture
def rostered(_rostered: Path, tmp_path: Path) -> Path:
    """A workspace that holds the tiny district's roster and nothing else."""
    home = tmp_path / "home"
    shutil.copytree(_rostered, home)
    return home


@pytest.fixture(scope="session")
def _evaluated(_rostered: Path, district_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("evaluated") / "home"
    shutil.copytree(_rostered, home)
    for plan in (district_files / "plans").glob("*.toml"):
        shutil.copy(plan, home / "plans" / plan.name)
        ran = gainline("plan", "register", home / "plans" / plan.name, "-w", home, "--as-of", "2025-10-01")
        assert ran.code == 0, ran.err
    ran = gainline("import", district_files / INCOMING, "-w", home, "--as-of", "2026-06-08")
    assert ran.code == 10, ran.err  # the district's files hold planted faults: some rows are rejected
    ran = gainline("evaluate", home / "plans" / "lumen-reading.toml", "-w", home)
    assert ran.code == 0, ran.err
    return home


@pytest.fixture
def evaluated(_evaluated: Path, tmp_path: Path) -> Path:
    """A workspace with everything imported, both plans registered, the reading cycle evaluated."""
    home = tmp_path / "home"
    shutil.copytree(_evaluated, home)
    return home
