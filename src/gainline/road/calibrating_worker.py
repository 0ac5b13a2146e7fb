"""A process of its own for `calibrating`: tasks come in as lines of JSON, rows go out as lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import TextIO

from gainline.road.calibrating import Task, Through, run_world


def serve(asked: TextIO, answered: TextIO) -> None:
    """Answer one line after the other until there is none."""
    for line in asked:
        cell, world, seed, through = json.loads(line)
        row = run_world(Task(cell, world, seed, Through(through)))
        answered.write(json.dumps(row) + "\n")
        answered.flush()


if __name__ == "__main__":
    try:
        serve(sys.stdin, sys.stdout)
    except BrokenPipeError:  # nobody listens any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
