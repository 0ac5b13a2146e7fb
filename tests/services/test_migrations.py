"""Every migration can be walked back and forth on a database that holds rows."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files

import pytest

STEPS = sorted(
    one.name.removesuffix(".py") for one in files("gainline.store.migrations").iterdir() if one.name[:4].isdigit()
)


def migrate(home, target: str) -> str:
    environment = os.environ | {"GAINLINE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "gainline.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "store", target, "-v", "0"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr if done.returncode else ""


def test_the_newest_migrations_are_walked_back_and_forth_with_their_fences(tmp_path):
    assert migrate(tmp_path, STEPS[-1]) == ""
    assert migrate(tmp_path, STEPS[0]) == ""
    assert migrate(tmp_path, STEPS[-1]) == ""


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_each_migration_is_walked_back_to_and_on_from(tmp_path, step):
    assert migrate(tmp_path, STEPS[-1]) == ""
    assert migrate(tmp_path, step) == ""
    assert migrate(tmp_path, STEPS[-1]) == ""
