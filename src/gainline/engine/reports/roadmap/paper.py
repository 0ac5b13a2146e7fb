"""The roadmap as a tagged PDF of one sheet, made without a browser; a drawing without words for it is refused."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typst

from gainline.engine.reports.roadmap.frame import day, span
from gainline.engine.roadmap import Roadmap
from gainline.engine.roadmap.reviewing import Driver

STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA-1, ISO 14289-1
TALL = {"wide": 0.76, "sheet": 0.86}  # height to width, from which on a drawing is held to its height on the sheet
MOST_ROWS = 8  # of a table; the page in HTML holds all
_RULE = re.compile(r"^\.road svg ([^{]+)\{([^}]*)\}", flags=re.MULTILINE)
_COLOR = re.compile(r"--(\w+): (#[0-9a-f]{6})")
_DESC = re.compile(r"<desc[^>]*>([^<]*)</desc>")


def sheet_pdf(told: dict[str, Any]) -> bytes:
    """The sheet out of what the page tells; the same on every machine, as only fonts that come along are used.

    Parameters
    ----------
    told
        As the page's template takes it.
    """
    return typst.compile(
        _template("roadmap.typ").encode(),
        format="pdf",
        sys_inputs={"told": json.dumps(_values(told))},
        pdf_standards=STANDARD,
        ignore_system_fonts=True,
    )


def _values(told: dict[str, Any]) -> dict[str, Any]:
    roadmap, review = told["roadmap"], told["review"]
    rows = [
        [row["what"], row["where"] or "the district", row["old"], row["new"]] for row in (review or {}).get("rows", [])
    ]
    return {
        "title": f"{roadmap.name}: roadmap",
        "name": roadmap.name,
        "vision": roadmap.aims.vision,
        "as_of": told["as_of"],
        "headline": told["headline"],
        "standfirst": told["standfirst"],
        "lanes": _drawn(told["lanes"], "wide"),
        "schools": _drawn(told["schools"], "sheet") if told["school_rows"] else {"svg": ""},
        "chain": {"title": told["chain"]["title"], "steps": [_step(one, roadmap) for one in told["chain"]["steps"]]},
        "money": {"title": told["money"]["title"], "rows": [_money(row) for row in told["money"]["rows"]]},
        "load": {"title": told["load"]["title"], "rows": [_owner(one) for one in told["load"]["owners"]][:MOST_ROWS]},
        "review": {"title": review["title"] if review else "", "rows": rows[:MOST_ROWS]},
    }


def _step(driver: Driver, roadmap: Roadmap) -> dict[str, str]:
    waits = f"{driver.waits} weeks of waiting" if driver.waits else ""
    room = f"can slip {driver.slack} weeks" if driver.slack else "cannot slip"
    school = roadmap.school_by_key.get(driver.activity.school or "")
    wave = f"wave {driver.activity.wave}" if driver.activity.wave else ""
    where = (school.title or school.key) if school else wave
    what = f"{driver.activity.title}, {where}" if where else driver.activity.title
    return {"what": what, "when": f"{span(driver.dates.start, driver.dates.finish)} · {room}", "waits": waits}


def _money(row: Any) -> list[str]:  # noqa: ANN401 - as the page has it
    budget = "no limit" if row.budget is None else f"${row.budget:,}"
    return [str(row.fiscal_year), row.source or "no source", f"${row.planned:,}", budget]


def _owner(one: Any) -> list[str]:  # noqa: ANN401 - as the page has it
    busiest = f"{one.at_once}, from {day(one.busiest)}" if one.busiest else str(one.at_once)
    return [one.owner or "nobody yet", str(one.steps), str(one.weeks), busiest]


def _drawn(part: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - as the page has it
    """The drawing of a width, with its colors inside, and the words for who cannot see it."""
    svg = dict(part.drawings)[name]
    found = _DESC.search(svg)
    place = svg.index(">") + 1
    words = found[1] if found else ""
    shape = [float(one) for one in svg[svg.index('viewBox="') + 9 :].partition('"')[0].split()]
    tall = shape[3] / shape[2] > TALL[name]
    return {
        "title": part.title,
        "alt": f"{part.title}. {words}",
        "tall": tall,
        "svg": f"{svg[:place]}<style>{_style()}</style>{svg[place:]}",
    }


@cache
def _style() -> str:
    """The page's rules for drawings in fixed light colors, as a drawing on paper has no page around it."""
    css = _template("roadmap.css")
    drawn = _template("drawn/roadmap.css")
    light = _template("page.css").partition("@media screen")[0] + css.partition("@media screen")[0]
    colors = dict(_COLOR.findall(light))
    rules = [(selector, body) for selector, body in _RULE.findall(drawn) if "font:" not in body]
    made = ["text{font-family:'Libertinus Serif';font-size:14px;fill:#1d2129}"]
    for selector, body in rules:
        fixed = re.sub(r"var\(--(\w+)\)", lambda found: colors[found[1]], body)
        made.append(f"{selector.replace('.road svg ', '').strip()}{{{fixed.strip()}}}")
    return "".join(made)


def _template(name: str) -> str:
    return files("gainline.engine.reports").joinpath("templates", name).read_text(encoding="utf-8")
