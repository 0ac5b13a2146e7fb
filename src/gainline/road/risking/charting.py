"""Chart what a risk watches: limits from its own past, signals, and how probable its runs are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import Missing, Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.charts import Limits, RunChart, rebased, run_chart, signals
from gainline.road.risking.journal import Journal
from gainline.road.risking.reading import open_file
from gainline.road.risking.watching import name_of
from gainline.road.workspace import Workspace

Row = dict[str, str | float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """One series: its weeks with limits and signals, and its runs or why nothing is said of them."""

    group: str
    indicator: str
    rows: tuple[Row, ...]
    runs: RunChart | Refusal
    is_firm: bool


def chart(workspace: Workspace, path: Path, key: str, *, changes: Sequence[date] = (), as_of: date) -> list[Chart]:
    """XmR charts of every group and indicator that a risk watches, from what the journal holds.

    Parameters
    ----------
    changes
        Recorded changes, such as the start of a cycle; limits start anew with the first week on or after each.

    Raises
    ------
    Missing
        When there is no such risk, nothing watches it, or nothing was watched yet.
    Refused
        RK030 too few weeks, RK031 a change with fewer than twelve weeks on one side.
    DataIssues
        When the register has errors.
    """
    risk = open_file(path, workspace_root=workspace.root).risk(key)
    if risk.watch is None:
        raise Missing(f"nothing watches {key}", "bind it to an indicator under watch")
    read = Journal(workspace, as_of=as_of).readings(key, name_of(risk.watch))
    groups = sorted({group for readings in read.values() for group in readings})
    if not groups:
        raise Missing(f"nothing was watched for {key} yet", f"run: gainline risk watch {path}")
    charts = []
    for group in groups:
        for indicator in risk.watch.watched:
            series = [(week, readings[group].values.get(indicator)) for week, readings in sorted(read.items())]
            known = [(week, value) for week, value in series if value is not None]
            charts.append(_charted(" / ".join(group) or "the district", indicator, known, changes))
    return charts


def _charted(group: str, indicator: str, series: Sequence[tuple[date, float]], changes: Sequence[date]) -> Chart:
    weeks, values = [week for week, _ in series], [value for _, value in series]
    starts = sorted({sum(week < change for week in weeks) for change in changes} - {0, len(weeks)})
    spans = rebased(values, starts)
    if isinstance(spans, Refusal):
        raise Refused(f"{spans.code}: {spans.because}", spans.remedy)
    rows: list[Row] = []
    for limits in spans:
        part = slice(limits.start, limits.start + limits.n)
        rows.extend(_rows(group, indicator, weeks[part], values[part], limits))
    return Chart(group, indicator, tuple(rows), run_chart(values), all(limits.is_firm for limits in spans))


def _rows(group: str, indicator: str, weeks: Sequence[date], values: Sequence[float], limits: Limits) -> list[Row]:
    return [
        {
            "group": group,
            "indicator": indicator,
            "week": week.isoformat(),
            "value": value,
            "center": limits.center,
            "lower": limits.lower,
            "upper": limits.upper,
            "signal": signal.value if signal else "",
        }
        for week, value, signal in zip(weeks, values, signals(values, limits), strict=True)
    ]
