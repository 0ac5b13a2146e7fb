"""From a register's TOML text to risks, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.monitoring.thresholds import Watchable, check_rule
from gainline.engine.roadmap.model import Roadmap
from gainline.engine.roadmap.risk.reviewing import next_review
from gainline.engine.roadmap.risk.sheet import Register, Risk
from gainline.engine.roadmap.sheets import Codes, Document, Found, Place

CODES = Codes("RK001", "RK002", "RK003", "RK004", "RK005", "RK006")


def read_register(
    text: str, *, file: str, roadmap: Roadmap | None, known: Mapping[str, Watchable]
) -> tuple[Register | None, list[Issue]]:
    """Read a register, or say what is wrong with it.

    Parameters
    ----------
    text, file
        The TOML document and its name, for the issues.
    roadmap
        The roadmap that the register names; None where it cannot be read, and then its names are not checked.
    known
        The catalogue of indicators.

    Returns
    -------
    register, issues
        The register is None exactly when an issue is an error: RK001 to RK006 for the text, RK010 to RK013 for rules,
        RK020 to RK023 for names and money. RK024 and RK025 warn.
    """
    document = Document(text, file)
    register = document.read(Register, CODES)
    if isinstance(register, list):
        return None, register
    issues = document.issues(list(_found(register, roadmap, known)))
    return (None if has_errors(issues) else register), issues


def names_of(roadmap: Roadmap, name: str) -> tuple[str, ...]:
    """The activities that a name stands for: itself, or one for each school or wave of its pattern."""
    return tuple(a.key for a in roadmap.activities if a.key == name or a.key.startswith(f"{name}@"))


def _found(register: Register, roadmap: Roadmap | None, known: Mapping[str, Watchable]) -> Iterator[Found]:
    yield from _twice(register)
    rights = {right.key for right in register.rights}
    for place, risk in enumerate(register.risks):
        at = ("risks", place)
        yield from _rights(risk, rights, at)
        yield from _rule(risk, known, at)
        if roadmap is not None:
            yield from _of_the_roadmap(risk, roadmap, at)
    if roadmap is not None:
        yield from _money(register, roadmap)


def _twice(register: Register) -> Iterator[Found]:
    named = {"rights": [right.key for right in register.rights], "risks": [risk.key for risk in register.risks]}
    for table, keys in named.items():
        for key, times in Counter(keys).items():
            if times > 1:
                last = len(keys) - 1 - keys[::-1].index(key)
                says = f"{key} stands {times} times"
                yield Found("RK022", Level.ERROR, (table, last), says, "give each its own name")


def _rights(risk: Risk, rights: set[str], at: Place) -> Iterator[Found]:
    used = [(name, "escalation") for name in risk.escalation]
    used += [(risk.contingency.approves, "contingency")] if risk.contingency else []
    for name, key in used:
        if name not in rights:
            says = f"there is no decision right {name}"
            yield Found("RK021", Level.ERROR, (*at, key), says, "declare it under [[rights]], or mend its name")


def _rule(risk: Risk, known: Mapping[str, Watchable], at: Place) -> Iterator[Found]:
    if risk.watch is None:
        says, remedy = f"nothing watches {risk.key}", "bind it to an indicator under watch, or see that somebody looks"
        yield Found("RK025", Level.WARNING, at, says, remedy)
        return
    for one in check_rule(risk.watch, known):
        yield Found(one.code, one.level, (*at, "watch", one.key), one.says, one.remedy)


def _of_the_roadmap(risk: Risk, roadmap: Roadmap, at: Place) -> Iterator[Found]:
    for name in risk.impact.activities:
        if not names_of(roadmap, name):
            says = f"the roadmap has no activity {name}"
            yield Found("RK020", Level.ERROR, (*at, "impact"), says, "see: gainline roadmap show")
    if next_review(risk, roadmap.calendar, after=risk.opened) is None:
        says = f"no day of the roadmap's calendar lets {risk.key} be reviewed"
        yield Found("RK024", Level.WARNING, (*at, "review"), says, "add board_days, or review every so many weeks")


def _money(register: Register, roadmap: Roadmap) -> Iterator[Found]:
    """A source must be one of the roadmap's, and cannot be kept back for more than it pays in all."""
    pays = Counter[str]()
    for budget in roadmap.budgets:
        pays[budget.source] += budget.amount
    kept = Counter[str]()
    for place, risk in enumerate(register.risks):
        line = risk.contingency
        if line is None:
            continue
        kept[line.source] += line.amount
        if line.source not in pays:
            says, remedy = f"the roadmap has no budget of {line.source}", "declare it there, or mend its name"
        elif kept[line.source] > pays[line.source]:
            says = f"{kept[line.source]:,} are kept back from {line.source}, which pays {pays[line.source]:,} in all"
            remedy = "keep less, or from another source"
        else:
            continue
        yield Found("RK023", Level.ERROR, ("risks", place, "contingency"), says, remedy)
