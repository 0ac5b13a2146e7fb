"""Roster sources: which of the files that lie together are the files of a roster that a profile declares."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence

from gainline.engine.intake.containers import Damaged, Part
from gainline.engine.intake.dialect import Header, match_columns
from gainline.engine.intake.forms import TEXT, form_of, look
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.profile_parts import RosterFilePart

_MANIFEST = "manifest"  # a package that says what it is needs no profile


def find_roster(parts: Sequence[Part], profiles: Mapping[str, Profile]) -> tuple[Profile, list[Part]] | None:
    """The declared roster that most of these files belong to, and those files; None where no roster fits."""
    if any(part.stem.casefold() == _MANIFEST for part in parts):
        return None
    headers: dict[Part, Header | None] = {}
    best: tuple[Profile, list[Part]] | None = None
    for profile in profiles.values():
        mine = _files_of(profile, parts, headers) if profile.tables else []
        if mine and (best is None or len(mine) > len(best[1])):
            best = (profile, mine)
    return best


def _files_of(profile: Profile, parts: Sequence[Part], headers: dict[Part, Header | None]) -> list[Part]:
    """The files that belong to this roster; none where one that it needs is not there or has another header."""
    mine: dict[Part, None] = {}
    for table in profile.tables:
        named = [part for part in parts if is_named(part, table)]
        if table.needed and not named:
            return []
        fit = [part for part in named if _has_header(part, table, headers)] if table.needed else named
        if table.needed and not fit:
            return []
        mine.update(dict.fromkeys(fit))
    return list(mine)


def is_named(part: Part, table: RosterFilePart) -> bool:
    """Tell whether a file's name is the one that a part of a roster declares."""
    return fnmatch.fnmatchcase(part.stem.casefold(), table.file.casefold())


def _has_header(part: Part, table: RosterFilePart, headers: dict[Part, Header | None]) -> bool:
    if part not in headers:
        headers[part] = next(_ways(part), None)
    way = headers[part]
    if way is None:
        return False
    if table.header:
        return len(way.cells) == len(table.header)
    return match_columns(way.cells, dict.fromkeys(table.detect, ()), suggest=False).positions.keys() >= set(
        table.detect
    )


def _ways(part: Part) -> Iterator[Header]:
    try:
        if form_of(part) == TEXT:
            yield from look(part, TEXT).ways
    except Damaged:
        return
