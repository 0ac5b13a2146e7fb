"""From a program's TOML text to a program, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.roadmap.calendar import Calendar
from gainline.engine.roadmap.sheets import Codes, Document, Found
from gainline.engine.roadmap.training.coaching import fortnight_minutes
from gainline.engine.roadmap.training.practice import is_instructional
from gainline.engine.roadmap.training.sheet import Program

CODES = Codes("TR001", "TR002", "TR003", "TR004", "TR005", "TR006")


def read_program(text: str, *, file: str, calendar: Calendar | None) -> tuple[Program | None, list[Issue]]:
    """Read a training program, or say what is wrong with it.

    Parameters
    ----------
    text, file
        The TOML document and its name, for the issues.
    calendar
        The roadmap's; None where it cannot be read, and then days are not checked.

    Returns
    -------
    program, issues
        The program is None exactly when an issue is an error: TR001 to TR006 for the text, TR010 to TR013 for names,
        order and time. TR014 to TR016 warn.
    """
    document = Document(text, file)
    program = document.read(Program, CODES)
    if isinstance(program, list):
        return None, program
    issues = document.issues([*_names(program), *_order(program), *_days(program, calendar), *_capacity(program)])
    return (None if has_errors(issues) else program), issues


def _names(program: Program) -> Iterator[Found]:
    named = {
        "modules": [module.key for module in program.modules],
        "sessions": [session.key for session in program.sessions],
        "credentials": [credential.key for credential in program.credentials],
    }
    for table, keys in named.items():
        for key, times in Counter(keys).items():
            if times > 1:
                last = len(keys) - 1 - keys[::-1].index(key)
                yield Found(
                    "TR010", Level.ERROR, (table, last), f"{key} stands {times} times", "give each its own name"
                )
    known = set(named["modules"])
    used = [("modules", at, "after", module.after) for at, module in enumerate(program.modules)]
    used += [("sessions", at, "modules", session.modules) for at, session in enumerate(program.sessions)]
    used += [("credentials", at, "modules", one.modules) for at, one in enumerate(program.credentials)]
    for table, at, key, names in used:
        for name in names:
            if name not in known:
                says = f"there is no module {name}"
                yield Found("TR011", Level.ERROR, (table, at, key), says, "declare it, or mend its name")


def _order(program: Program) -> Iterator[Found]:
    """No module waits for itself; what it comes after is learned on the same day at the latest."""
    after = {module.key: set(module.after) for module in program.modules}
    done: set[str] = set()
    while ready := {key for key, needs in after.items() if key not in done and needs <= done}:
        done |= ready
    for at, module in enumerate(program.modules):
        if module.key not in done and set(module.after) <= set(after):
            says = f"{module.key} waits, over others, for itself or for what is not there"
            yield Found("TR012", Level.ERROR, ("modules", at, "after"), says, "take one of the steps out")
    first = {key: min((s.on for s in program.sessions if key in s.modules), default=None) for key in after}
    for at, session in enumerate(program.sessions):
        for key in session.modules:
            for needed in sorted(after.get(key, ())):
                day = first.get(needed)
                if day is not None and day > session.on:
                    says = f"{key} is taught on {session.on}, and {needed}, which it needs, on {day}"
                    yield Found("TR012", Level.ERROR, ("sessions", at), says, "exchange the two sessions")


def _days(program: Program, calendar: Calendar | None) -> Iterator[Found]:
    minutes = {module.key: module.minutes for module in program.modules}
    for at, session in enumerate(program.sessions):
        needed = sum(minutes.get(key, 0) for key in session.modules)
        if needed > session.minutes:
            says = f"the modules of {session.key} take {needed} minutes, and it has {session.minutes}"
            yield Found("TR013", Level.ERROR, ("sessions", at, "minutes"), says, "move a module, or make it longer")
        if calendar is None or session.on in calendar.learning_days:
            continue
        if is_instructional(calendar, session.on):
            says = f"{session.on} is a day of school and no professional learning day: substitutes are needed"
            yield Found(
                "TR014", Level.WARNING, ("sessions", at, "on"), says, "move it, or put their cost on the roadmap"
            )
        else:
            says = f"{session.on} is neither a day of school nor of professional learning"
            yield Found("TR015", Level.WARNING, ("sessions", at, "on"), says, "move it, or see that it is paid time")


def _capacity(program: Program) -> Iterator[Found]:
    """Coaching works in small programs and thins out in large ones, so capacity is planned before scale."""
    coaching = program.coaching
    if coaching is None:
        return
    needed = fortnight_minutes(coaching, [0] * coaching.teachers)
    if needed > coaching.coach_minutes_per_fortnight:
        fit = coaching.coach_minutes_per_fortnight // max(coaching.phases[0].minutes_per_fortnight, 1)
        says = (
            f"{coaching.teachers} teachers in the first phase need {needed:,} minutes a fortnight, and there are "
            f"{coaching.coach_minutes_per_fortnight:,}"
        )
        yield Found("TR016", Level.WARNING, ("coaching",), says, f"begin with {fit} teachers, or in waves")
