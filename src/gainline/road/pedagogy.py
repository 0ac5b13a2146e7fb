"""Map: which tool serves which standard for whom, with the standards' words from the lake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing
from gainline.engine.core.issues import Issue
from gainline.engine.roadmap.pedagogy import Served, read_pedagogy, served
from gainline.road.workspace import Workspace


def map_pedagogy(path: Path, workspace: Workspace | None = None) -> tuple[list[Served], list[Issue]]:
    """The cells of a pedagogy map, gaps and overlaps marked, and what is to be said.

    With a workspace, standards may be named by CASE identifier or code alone.

    Raises
    ------
    Missing
        When there is no such file, or a workspace without frameworks was named.
    DataIssues
        When the file has errors; they are in the message, by line.
    """
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name the map's TOML file")
    text = path.read_text(encoding="utf-8", errors="replace")
    mapped, issues = read_pedagogy(text, file=path.name, statements=statements_of(workspace) if workspace else None)
    if mapped is None:
        raise DataIssues("\n".join(str(issue) for issue in issues), "mend these lines")
    return served(mapped, file=path.name)


def statements_of(workspace: Workspace) -> dict[str, str]:
    """What the frameworks of the lake say, by identifier and by code; a code of several statements names none."""
    with workspace.lake.reading() as reading:
        items = reading.arrow(reading.current("framework_items").select("item_id", "code", "statement")).to_pylist()
    codes = Counter(item["code"] for item in items)
    by_code = {item["code"]: item["statement"] for item in items if item["code"] and codes[item["code"]] == 1}
    return by_code | {item["item_id"]: item["statement"] for item in items}
