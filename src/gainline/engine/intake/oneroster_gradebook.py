"""OneRoster gradebook and resources: what was assigned and scored, and which tools sections and people are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from gainline.engine.intake.cells import Typed, date_array, numbers
from gainline.engine.intake.oneroster_files import Package, RosterFile, listed
from gainline.engine.intake.oneroster_spec import LISTS
from gainline.engine.intake.reading import Batch

_ONCE = "once"  # the form of a line item that names no grading period
_STATUS = {"exempt": "exempt", "fully graded": "scored", "partially graded": "scored", "not submitted": "missing"}
_SAME = ("person_key", "assessment", "form", "score", "taken_on", "section_id", "status")


def _resources(package: Package, frame: RosterFile) -> Iterator[Batch]:
    yield package.batch(
        "resources",
        {
            "resource_id": frame.column("sourcedId"),
            "vendor_resource_id": frame.column("vendorResourceId"),
            "title": frame.column("title"),
            "roles": pa.array([",".join(listed(text)) or None for text in frame.texts("roles")], pa.string()),
            "importance": pa.array(frame.choices("importance", LISTS["resources.importance"]), pa.string()),
            "vendor_id": frame.column("vendorId"),
            "application_id": frame.column("applicationId"),
        },
        frame,
    )


def _links(package: Package, frame: RosterFile) -> Iterator[Batch]:
    yield package.batch(
        "resource_links",
        {
            "link_id": frame.column("sourcedId"),
            "resource_id": frame.column("resourceSourcedId"),
            "section_id": frame.column("classSourcedId"),
            "course_id": frame.column("courseSourcedId"),
            "title": frame.column("title"),
        },
        frame,
    )


def _licenses(package: Package, frame: RosterFile) -> Iterator[Batch]:
    """A user who is given a resource holds a license of the tool that it opens in."""
    tools = {
        row["resource_id"]: row["application_id"] or row["vendor_resource_id"]
        for row in package.before.table("resources").to_pylist()
    }
    resources = package.frames.get("resources")
    if resources is not None:
        names = zip(resources.texts("applicationId"), resources.texts("vendorResourceId"), strict=True)
        tools |= dict(zip(resources.texts("sourcedId"), (one or other for one, other in names), strict=True))
    tool = [tools.get(one) for one in frame.texts("resourceSourcedId")]
    frame.reject("IN197", np.array([one is None for one in tool], dtype=bool) & frame.kept, "resourceSourcedId")
    yield package.batch(
        "licenses",
        {
            "person_key": pa.array([package.key(one) for one in frame.texts("userSourcedId")], pa.int64()),
            "tool": pa.array(tool, pa.string()),
            "matched": pa.scalar(True),
        },
        frame,
    )


def _line_items(package: Package, frame: RosterFile) -> Iterator[Batch]:
    yield package.batch(
        "assessments",
        {
            "assessment": frame.column("sourcedId"),
            "form": pa.array(_periods(frame), pa.string()),
            "title": frame.column("title"),
            "scale_min": _amounts(frame, "resultValueMin"),
            "scale_max": _amounts(frame, "resultValueMax"),
            "due_date": date_array(frame.days("dueDate")),
            "assign_date": date_array(frame.days("assignDate")),
            "section_id": frame.column("classSourcedId"),
        },
        frame,
    )


def _periods(frame: RosterFile) -> list[str]:
    columns = (frame.texts("academicSessionSourcedId"), frame.texts("gradingPeriodSourcedId"))
    return [one or other or _ONCE for one, other in zip(*columns, strict=True)]


def _amounts(frame: RosterFile, name: str) -> pa.Array:
    if name not in frame.table.column_names:
        return pa.nulls(len(frame), pa.float64())
    typed: Typed = numbers(frame.table[name], nulls=frozenset({"", "null", "none", "n/a"}))
    return pa.array(np.where(typed.good, typed.values, 0.0), mask=~typed.good)


def _results(package: Package, frame: RosterFile) -> Iterator[Batch]:
    """Results; one that the lake holds in the same words is not added again, as full files repeat them every night."""
    rows = package.before.table("assessments").to_pylist()
    item = {row["assessment"]: (row["form"], row["section_id"]) for row in rows}
    items = package.frames.get("lineItems")
    if items is not None:
        item |= dict(
            zip(
                items.texts("sourcedId"),
                zip(_periods(items), (one or None for one in items.texts("classSourcedId")), strict=True),
                strict=True,
            )
        )
    asked = frame.texts("lineItemSourcedId")
    frame.reject("IN197", np.array([one not in item for one in asked], dtype=bool) & frame.kept, "lineItemSourcedId")
    score = _amounts(frame, "score")
    frame.say("IN040", np.array([one is None for one in score.to_pylist()], dtype=bool) & frame.kept, "score")
    keys = [package.key(one) for one in frame.texts("studentSourcedId")]
    status = frame.choices("scoreStatus", LISTS["results.scoreStatus"])
    batch = package.batch(
        "results",
        {
            "person_key": pa.array(keys, pa.int64()),
            "assessment": frame.column("lineItemSourcedId"),
            "form": pa.array([item.get(one, (_ONCE, None))[0] for one in asked], pa.string()),
            "score": score,
            "taken_on": date_array(frame.days("scoreDate")),
            "section_id": pa.array([item.get(one, (_ONCE, None))[1] for one in asked], pa.string()),
            "status": pa.array([_STATUS.get(one or "") for one in status], pa.string()),
            "matched": pa.scalar(True),
        },
        frame,
    )
    held = {
        tuple(row[name] for name in _SAME) for row in package.before.table("results").select(list(_SAME)).to_pylist()
    }
    new = [tuple(row[name] for name in _SAME) not in held for row in batch.rows.to_pylist()]
    yield Batch(batch.table, batch.rows.filter(pa.array(new, pa.bool_())))


Builder = Callable[[Package, RosterFile], Iterator[Batch]]
RESOURCE_BUILDERS: dict[str, Builder] = {
    "resources": _resources,
    "classResources": _links,
    "courseResources": _links,
    "userResources": _licenses,
}
GRADEBOOK_BUILDERS: dict[str, Builder] = {"lineItems": _line_items, "results": _results}
