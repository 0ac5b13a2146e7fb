"""The calibration table as Markdown, from the rows of `gainline calibrate --out FILE`.

Run it with: python benchmarks/calibration.py FILE [FILE ...]
The first part has one line per kind of district, the second one line per bar that the figures are held to.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from gainline.engine.worlds.calibration import cells
from gainline.engine.worlds.calibration.summary import Figure, Summary, summarize

COLUMNS = {
    "truth": "truth",
    "coverage": "coverage",
    "bias": "bias",
    "rejection": "claims an effect",
    "adopt": "adopt",
    "adapt": "adapt",
    "stop": "stop",
    "not enough evidence": "not enough",
    "naive bias": "naive bias",
    "naive coverage": "naive coverage",
    "naive adopt": "naive adopt",
}
SIGNED = {"truth", "bias", "naive bias"}


def summaries(paths: list[Path]) -> tuple[list[Summary], int]:
    """Every cell that has rows, a later row of a world standing for an earlier one; and how many code versions."""
    rows, versions = defaultdict(dict), set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows[row["cell"]][row["world"]] = row
            versions.add(row["code"])
    held = {key: [worlds[number] for number in sorted(worlds)] for key, worlds in rows.items()}
    return [summarize(cell, held[key]) for key, cell in cells().items() if key in held], len(versions)


def shown(figure: Figure | None) -> str:
    """A figure with its Monte Carlo error."""
    if figure is None or figure.value != figure.value:
        return ""
    return f"{round(figure.value, 3) + 0.0:{'+' if figure.name in SIGNED else ''}.3f} ± {figure.error:.3f}"


def table(header: list[str], lines: list[list[str]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(header)
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, rule, *lines])


def bar_lines(found: list[Summary]) -> list[list[str]]:
    """Cell, figure, value, what is asked, and whether it is met."""
    lines = []
    for summary in found:
        for figure in summary.figures:
            if figure.bar is None:
                continue
            least, most = figure.bar.least, figure.bar.most
            asked = " to ".join(f"{end:g}" for end in (least, most) if abs(end) != float("inf"))
            word = "" if " to " in asked else "at least " if abs(most) == float("inf") else "at most "
            answer = ("met" if figure.met else "**not met**") + ("" if figure.settled else ", too close to say")
            lines.append([summary.cell.key, figure.name, shown(figure), word + asked, answer])
    return lines


def main() -> None:
    """Print the two tables, and every other figure below them."""
    found, versions = summaries([Path(word) for word in sys.argv[1:]])
    print(f"{sum(summary.worlds for summary in found):,} worlds, {versions} version(s) of the code.\n")
    lines = [
        [summary.cell.key, f"{summary.worlds:,}", *(shown(summary.figure(name)) for name in COLUMNS)]
        for summary in found
    ]
    print(table(["cell", "worlds", *COLUMNS.values()], lines) + "\n")
    print(table(["cell", "figure", "found", "asked", ""], bar_lines(found)) + "\n")
    for summary in found:
        refused = f"; refused {dict(summary.refused)}" if summary.refused else ""
        print(f"### {summary.cell.key}: {summary.cell.says}{refused}\n")
        rest = [[figure.name, shown(figure)] for figure in summary.figures if figure.name not in COLUMNS]
        print(table(["figure", "found"], rest) + "\n")


if __name__ == "__main__":
    main()
