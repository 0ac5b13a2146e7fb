"""The terminal answers at once: help and mistakes import no engine, and every command is where its name says."""

import subprocess
import sys

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from gainline.cli.app import ROAD, app

HEAVY = ("numpy", "duckdb", "scipy", "pyarrow", "ibis")


@pytest.mark.parametrize("words", [["--help"], ["-h"], [], ["evaluat"]], ids=["help", "h", "nothing", "mistyped"])
def test_help_and_mistakes_import_no_engine(words):
    script = (
        "import sys; from gainline.cli.app import main; "
        f"sys.argv = ['gainline', *{words!r}]; code = main(); "
        f"print(code, *sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    last = done.stderr.strip().splitlines()[-1].split()
    assert last == ["0" if words in (["--help"], ["-h"]) else "2"]


@pytest.mark.parametrize("name", [name for name, *_ in ROAD])
def test_every_command_of_the_road_loads_under_its_name_with_its_help(name):
    root = typer.main.get_command(app)
    command = root.commands[name]
    assert isinstance(command, (TyperCommand, TyperGroup))
    assert command.name == name
    assert command.help
    assert command is root.commands[name]


def test_a_mistyped_command_is_answered_with_the_nearest_one():
    done = subprocess.run(
        [sys.executable, "-m", "gainline.cli.app", "evaluat"], capture_output=True, text=True, check=False
    )
    assert "Did you mean 'evaluate'?" in done.stderr
