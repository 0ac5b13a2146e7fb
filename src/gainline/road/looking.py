"""Looking after the sources: one look a day at what needs a person."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import ibis
import numpy as np

from gainline.engine.core.issues import Issue
from gainline.engine.monitoring.sources import MINUTES_A_DAY, Amounts, Licensed, Load, Observed, longest_silence, look
from gainline.engine.privacy import Audience, Policy, release, two_way
from gainline.engine.privacy.tables import TOTAL
from gainline.engine.reports import SourceToday, quality_html
from gainline.lake import Reading
from gainline.road.consented import over_whom_may
from gainline.road.importing import unmatched
from gainline.road.workspace import Workspace

MOST_AMOUNTS = 20_000  # of a kind and side; a distribution is known well before
_KINDS = (("usage", "value", ["tool", "metric"]), ("results", "score", ["assessment", "form"]))
USED, UNUSED = "used", "never used"
Row = dict[str, Any]


def needs_a_person(workspace: Workspace, *, as_of: date) -> list[Issue]:
    """What of the district's files needs a person today; empty when nothing does.

    Parameters
    ----------
    workspace
        Where.
    as_of
        The day that counts as today.
    """
    with workspace.lake.reading() as reading:
        imports = _rows(reading, reading.current("imports").order_by("import_id"))
        observed = Observed(
            loads=_loads(imports),
            amounts=_amounts(reading, imports),
            impossible=_impossible(reading, imports, as_of),
            licensed=over_whom_may(reading, lambda: _licensed(reading)),
            minutes=_minutes(reading),
            waiting=Counter(unmatched(workspace)["source"].to_pylist()),
        )
    return look(observed, as_of=as_of)


def quality_page(workspace: Workspace, found: list[Issue], *, as_of: date, language: str = "en") -> str:
    """The page of what `needs_a_person` found, with what each source brought last.

    Raises
    ------
    Missing
        When there are no sentences in the language (RP002).
    """
    sources = sources_today(workspace, as_of=as_of)
    return quality_html(found, sources, as_of=as_of, district=workspace.settings.district.name, lang=language)


def sources_today(workspace: Workspace, *, as_of: date) -> list[SourceToday]:
    """Every source as it stands on a day: its latest file, and after how many days of silence it is late."""
    with workspace.lake.reading() as reading:
        loads = _loads(_rows(reading, reading.current("imports").order_by("import_id")))
    return [_today(source, of_source, as_of) for source, of_source in sorted(loads.items())]


def _today(source: str, loads: list[Load], as_of: date) -> SourceToday:
    last = loads[-1]
    silent = max((as_of - last.on).days, 0)
    return SourceToday(source, last.on, silent, longest_silence(loads), len(loads), last.rows, last.rejected)


def _rows(reading: Reading, expression: ibis.Expr) -> list[Row]:
    return list(reading.arrow(expression).to_pylist())


def _loads(imports: list[Row]) -> dict[str, list[Load]]:
    found: dict[str, list[Load]] = {}
    for row in imports:
        linkage = json.loads(row["account"]).get("linkage") or {}
        people = (linkage.get("identities", 0), linkage.get("matched", 0))
        load = Load(row["imported_on"], row["read"], row["rejected"], *people)
        found.setdefault(row["profile"], []).append(load)
    return found


def _amounts(reading: Reading, imports: list[Row]) -> dict[str, list[Amounts]]:
    """Amounts of use and scores in each source's latest import beside those of all its earlier ones."""
    of_source: dict[str, list[str]] = {}
    for row in imports:
        of_source.setdefault(row["profile"], []).append(row["import_id"])
    found: dict[str, list[Amounts]] = {}
    for source, ids in of_source.items():
        if len(ids) < 2:
            continue
        for table, value, kinds in _KINDS:
            rows = reading.table(table)
            mine = rows.filter(rows.import_id.isin(ids) & rows[value].notnull())
            said = mine.mutate(is_latest=mine.import_id == ids[-1])
            numbered = said.mutate(
                place_=ibis.row_number().over(
                    ibis.window(group_by=[*kinds, "is_latest"], order_by=["source_line", "import_id"])
                )
            )
            chosen = numbered.filter(numbered.place_ < MOST_AMOUNTS).select(*kinds, "is_latest", value)
            found.setdefault(source, []).extend(_sides(_rows(reading, chosen), kinds, value))
    return found


def _sides(rows: list[Row], kinds: list[str], value: str) -> list[Amounts]:
    sides: dict[str, tuple[list[float], list[float]]] = {}
    for row in rows:
        what = " ".join(str(row[kind]) for kind in kinds)
        sides.setdefault(what, ([], []))[0 if row["is_latest"] else 1].append(row[value])
    return [Amounts(what, np.array(latest), np.array(before)) for what, (latest, before) in sorted(sides.items())]


def _impossible(reading: Reading, imports: list[Row], as_of: date) -> dict[str, dict[str, int]]:
    source_of = {row["import_id"]: row["profile"] for row in imports}
    usage, results = reading.table("usage"), reading.table("results")
    days = usage.filter(usage.metric.startswith("minutes") & (usage.first_day == usage.last_day))
    per_day = days.group_by("import_id", "person_key", "tool", "metric", "first_day").aggregate(total=days.value.sum())
    scales = reading.current("assessments").select("assessment", "form", "scale_min", "scale_max").distinct()
    scored = results.join(scales, ["assessment", "form"])
    outside = (scored.score < scored.scale_min) | (scored.score > scored.scale_max)
    faults = {
        "a student has more than 24 hours in a day": per_day.filter(per_day.total > MINUTES_A_DAY),
        "an amount below zero": usage.filter(usage.value < 0),
        "use on a day that has not come": usage.filter(usage.last_day > ibis.literal(as_of)),
        "a score outside of its scale": scored.filter(outside),
    }
    found: dict[str, dict[str, int]] = {}
    for what, rows in faults.items():
        for row in _rows(reading, rows.group_by("import_id").aggregate(many=rows.count())):
            times = found.setdefault(source_of.get(row["import_id"], "lake"), {})
            times[what] = times.get(what, 0) + row["many"]
    return found


def _licensed(reading: Reading) -> list[Licensed]:
    """Licensed students without use, by tool, as far as staff may see that."""
    licenses = reading.current("licenses")
    mine = licenses.filter(licenses.matched).select("person_key", "tool").distinct()
    used = [reading.table(name).select("person_key", "tool").distinct() for name in ("usage", "events")]
    seen = ibis.union(*used, distinct=True).mutate(seen_=True)
    joined = mine.left_join(seen, ["person_key", "tool"])
    per = joined.group_by("tool").aggregate(students=joined.count(), used=joined.seen_.count())
    found = []
    for row in sorted(_rows(reading, per), key=lambda row: str(row["tool"])):
        tool = row["tool"]
        counts = [[row["used"], row["students"] - row["used"]]]
        out = release(two_way("tool", [tool], [USED, UNUSED], counts), audience=Audience.STAFF, policy=Policy())
        whole, part = ("tool", tool, TOTAL), ("tool", tool, UNUSED)
        share = None if out.count(*whole).is_hidden else out.share(part, whole)
        found.append(Licensed(tool, share.low if share else None, share.high if share else None))
    return found


def _minutes(reading: Reading) -> dict[str, str]:
    """What a minute is, by tool: as the source that brought the tool's minutes declared it."""
    said = reading.current("declarations")
    said = said.filter((said.facts == "usage") & said.metric.startswith("minutes"))
    found: dict[str, str] = {}
    for row in sorted(_rows(reading, said), key=lambda row: (row["tool"], row["metric"], row["import_id"])):
        found[row["tool"]] = f"{row['metric'].replace('_', ' ')}, {row['minute'] or 'not declared'}"
    return found
