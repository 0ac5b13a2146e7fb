"""Sources: what lies in the named files and folders, and which profile or standard reads each of them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gainline.engine.core.issues import Issue
from gainline.engine.intake.containers import Damaged, Part, combined_digest, zip_parts
from gainline.engine.intake.dialect import Header, Match, fold, match_columns
from gainline.engine.intake.encoding import CANDIDATES
from gainline.engine.intake.event_sources import PEOPLE_FIRST, STANDARDS, event_standard, profiles_for, told_by_bytes
from gainline.engine.intake.faults import fault
from gainline.engine.intake.forms import OFFICE, PARQUET, SHEET, TEXT, ZIP, Look, form_of, look, sheets_of
from gainline.engine.intake.oneroster_spec import SPECS
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.roster_sources import find_roster

ONEROSTER = "oneroster"
_ROSTER_FILES = frozenset({"orgs", "users", "classes", "enrollments"})
_ROSTER_PARTS = frozenset(name.casefold() for name in SPECS)
_OULAD_TABLES = frozenset({"studentinfo", "studentregistration", "assessments"})
_K12_TABLES = frozenset({"course_data", "course_minutes", "pre_survey"})
_DATA_SETS = frozenset({"oulad", "k12_online", "roster", *STANDARDS})  # never told by the header of one table
_TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".zip", ".gz")
_ENDINGS = (*_TEXT_ENDINGS, ".xlsx", ".xlsm", ".json", ".ndjson", ".jsonl", ".parquet", ".xml")
_RECORDS = (".json", ".ndjson", ".jsonl")
_ORDER = {
    **dict.fromkeys((ONEROSTER, "roster", "oulad", "star", "k12_online"), 0),
    "edfi": 1,
    "identities": 1,  # what they say of who is who, the files after them need
    **dict.fromkeys(("contracts", "licenses", "assignments", "attributes", "sections", "assessments"), 2),
    "results": 3,
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """One stream of rows that has been looked at: where it is, its hash, its bytes, its encoding, its header.

    ``header`` is None where the bytes hold no header we could see, and for a data set's Parquet, which carries its own.
    ``form`` is one of `forms`; ``doubt`` holds masked cells where two encodings read equally well.
    """

    part: Part
    sha256: str
    size: int = 0
    encoding: str = "utf-8"
    header: Header | None = None
    form: str = TEXT
    doubt: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call the file."""
        return self.part.name


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to import: a roster package, a data set of several tables, or a single file.

    Parameters
    ----------
    kind
        ``oneroster`` or a profile's key.
    path, name
        Where it lies, and what people call it.
    sha256
        Hash of the content, the same whether it lies plain, gzipped or in a zip.
    files
        Its files.
    """

    kind: str
    path: Path
    name: str
    sha256: str
    files: tuple[TextFile, ...]


def discover(paths: Sequence[Path], profiles: Mapping[str, Profile]) -> tuple[list[Source], list[Issue]]:
    """Find what can be imported in the named files and folders, rosters first.

    Parameters
    ----------
    paths
        Files, zips or folders; folders are searched all the way down.
    profiles
        As `load_profiles` gives them.

    Returns
    -------
    tuple
        Sources in the order in which they should be read (roster; contracts, licenses and assignments; results; usage
        and events) and an issue for everything that cannot be read.

    Refuses: IN001 cannot be opened; IN002 empty; IN004 cut off; IN005 no profile; IN006 a required column is missing;
    IN014 several profiles fit; IN015 an office document; IN110 beyond every honest size; IN111 a zip within a zip;
    IN118 two encodings fit equally well.
    """
    found: list[Source] = []
    issues: list[Issue] = []
    packed = _look_for_packages(paths, profiles, found, issues)
    for path in paths:
        if path not in packed:
            _look(path, profiles, found, issues, named=True)

    def order(source: Source) -> tuple[int, bool]:
        profile = profiles.get(source.kind)
        rank = _ORDER.get(source.kind if profile is None else profile.target, 4)
        return rank, source.kind == "edfi" and source.files[0].part.stem.casefold() not in PEOPLE_FIRST

    return sorted(found, key=order), issues


def _look_for_packages(
    paths: Sequence[Path], profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]
) -> set[Path]:
    """Find the tables of one package among files that were named one by one, as a browser sends them.

    They are read as their folder would be; what is named beside them is looked at by itself.
    """
    packed: set[Path] = set()
    for folder in sorted({path.parent for path in paths if path.is_file()}):
        tables = _only_tables(Part(path) for path in paths if path.parent == folder and path.is_file())
        kind, own = _package_among(tables, profiles)
        if len(own) > 1:
            before = len(found)
            _add(found, issues, profiles, kind, folder, own)
            name = f"{own[0].file_name} + {len(own) - 1}"
            found[before:] = [replace(one, name=name) for one in found[before:]]
            packed |= {part.path for part in own}
    return packed


def _package_among(tables: list[Part], profiles: Mapping[str, Profile]) -> tuple[str, list[Part]]:
    """Which package lies among loose tables, and its tables; none where there is no such package."""
    stems = {part.stem.casefold() for part in tables}
    if stems >= _K12_TABLES:
        return "k12_online", _only_named(tables, _K12_TABLES)
    if stems >= _OULAD_TABLES:
        return "", []  # its tables of clicks lie in folders of their own, which nobody names file by file
    if declared := find_roster(tables, profiles):
        return declared[0].key, list(declared[1])
    if _is_roster(stems):
        return ONEROSTER, [part for part in tables if part.stem.casefold() in _ROSTER_PARTS | {"manifest"}]
    return "", []


def _look(
    path: Path, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue], *, named: bool = False
) -> None:
    try:
        if path.is_dir():
            _look_in_folder(path, profiles, found, issues)
        elif not path.exists():
            issues.append(fault("IN001", file=path.name, detail=": it does not exist"))
        elif path.stat().st_size == 0:
            issues.append(fault("IN002", file=path.name))
        elif named or path.name.casefold().endswith(_ENDINGS):
            _look_at_named(Part(path), profiles, found, issues)
    except Damaged as damage:
        issues.append(fault(damage.code, file=path.name, detail=_of(damage)))
    except OSError as error:
        issues.append(fault("IN001", file=path.name, detail=f": {error.strerror}"))


def _of(damage: Damaged) -> str:
    return f": {damage}" if damage.code != "IN004" else ""


def _look_at_named(part: Part, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]) -> None:
    """Look at one file or one member of a zip, whatever its form."""
    if standard := event_standard(part):
        _look_at_events(part, standard, profiles, found, issues)
        return
    form = form_of(part)
    if form == ZIP and part.member is None:
        _look_at_parts(part.path, zip_parts(part.path), profiles, found, issues)
    elif form == ZIP:
        issues.append(fault("IN111", file=part.name))
    elif form == OFFICE:
        issues.append(fault("IN015", file=part.name))
    elif form == SHEET:
        _look_at_sheets(part, profiles, found, issues)
    else:
        _look_at_file(part, profiles, found, issues, form=form)


def _look_at_events(
    part: Part, standard: str, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]
) -> None:
    """A file of statements or envelopes: it has no header, only a profile that says where and when it was made."""
    keys = profiles_for(standard, part.file_name, profiles)
    if len(keys) != 1:
        detail = f": {', '.join(keys)}" if keys else ""
        issues.append(fault("IN014" if keys else "IN005", file=part.name, detail=detail))
        return
    digest, size, encoding = told_by_bytes(part)
    found.append(Source(keys[0], part.path, part.name, digest, (TextFile(part, digest, size, encoding),)))


def _look_at_sheets(part: Part, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]) -> None:
    """Each sheet is a table; beside one that can be read, the others are only mentioned."""
    known, said = len(found), []
    for sheet in sheets_of(part):
        problems: list[Issue] = []
        _look_at_file(sheet, profiles, found, problems, form=SHEET)
        said.append((sheet, problems))
    for sheet, problems in said:
        unknown = {"IN002", "IN005"} & {issue.code for issue in problems}
        is_beside = unknown and (len(found) > known or ("IN002" in unknown and len(said) > 1))
        issues.extend([fault("IN112", file=sheet.name)] if is_beside else problems)


def _look_in_folder(folder: Path, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]) -> None:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name != "__MACOSX")
    files = [Part(entry) for entry in entries if entry.is_file()]
    stems = {part.stem.casefold() for part in _only_tables(files)}
    declared = None if _is_data_set(stems) else find_roster(_only_tables(files), profiles)
    if declared:
        _add(found, issues, profiles, declared[0].key, folder, declared[1])
        mine = {part.path for part in declared[1]}
        for entry in entries:
            if entry not in mine:
                _look(entry, profiles, found, issues)
    elif _is_roster(stems):
        _add(found, issues, profiles, ONEROSTER, folder, _only_tables(files))
    elif stems >= _OULAD_TABLES:
        clicks = [Part(p) for p in sorted(folder.rglob("*.parquet")) if "studentvle" in p.parent.as_posix().casefold()]
        _add(found, issues, profiles, "oulad", folder, [*_only_tables(files), *clicks])
    elif stems >= _K12_TABLES:
        _add(found, issues, profiles, "k12_online", folder, _only_named(files, _K12_TABLES))
    else:
        for entry in entries:
            _look(entry, profiles, found, issues)


def _is_data_set(stems: set[str]) -> bool:
    return stems >= _OULAD_TABLES or stems >= _K12_TABLES


def _is_roster(stems: set[str]) -> bool:
    is_full = "orgs" in stems or ("users" in stems and len(stems & _ROSTER_FILES) > 1)
    return is_full or ("manifest" in stems and bool(stems & _ROSTER_PARTS))  # changes come with any one file


def _only_tables(parts: Iterable[Part]) -> list[Part]:
    return [part for part in parts if _is_table(part) and part.stem != "_manifest"]


def _is_table(part: Part) -> bool:
    name = part.name.casefold()
    return name.endswith((*_TEXT_ENDINGS, ".parquet")) and not name.removesuffix(".gz").endswith(_RECORDS)


def _only_named(parts: Iterable[Part], stems: frozenset[str]) -> list[Part]:
    """The data set's own tables; what else lies beside them, such as tables made from them, is left alone."""
    return [part for part in _only_tables(parts) if part.stem.casefold() in stems]


def _look_at_parts(
    path: Path, parts: list[Part], profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue]
) -> None:
    stems = {part.stem.casefold() for part in _only_tables(parts)}
    declared = None if _is_data_set(stems) else find_roster(_only_tables(parts), profiles)
    if declared:
        _add(found, issues, profiles, declared[0].key, path, declared[1])
        parts = [part for part in parts if part not in declared[1]]
        stems = {part.stem.casefold() for part in _only_tables(parts)}
    if _is_roster(stems):
        _add(found, issues, profiles, ONEROSTER, path, _only_tables(parts))
    elif stems >= _OULAD_TABLES:
        _add(found, issues, profiles, "oulad", path, _only_tables(parts))
    elif stems >= _K12_TABLES:
        _add(found, issues, profiles, "k12_online", path, _only_named(parts, _K12_TABLES))
    elif not parts and not declared:
        issues.append(fault("IN002", file=path.name))
    for part in parts if not _is_roster(stems) and not stems & (_ROSTER_FILES | _OULAD_TABLES | _K12_TABLES) else ():
        try:
            _look_at_named(part, profiles, found, issues)
        except Damaged as damage:
            issues.append(fault(damage.code, file=part.name, detail=_of(damage)))


def _add(
    found: list[Source],
    issues: list[Issue],
    profiles: Mapping[str, Profile],
    kind: str,
    path: Path,
    parts: Sequence[Part],
) -> None:
    files = []
    for part in parts:
        seen, issue = look_at(part)
        if issue is not None and issue.code in ("IN004", "IN110"):
            issues.append(issue)
            return  # a package with a damaged file is read whole or not at all
        if seen is not None:
            files.append(_as_declared(seen, profiles.get(kind)))
    digest = combined_digest({_relative(file.part, path): file.sha256 for file in files})
    found.append(Source(kind, path, path.name, digest, tuple(files)))


def _relative(part: Part, root: Path) -> str:
    if part.member is not None:
        return part.name
    return part.path.relative_to(root).as_posix() if root in part.path.parents else part.name


def look_at(part: Part) -> tuple[TextFile | None, Issue | None]:
    """Go over a file once: form, hash, encoding, header. A data set's Parquet keeps its own header."""
    try:
        seen = look(part, PARQUET if part.name.casefold().endswith(".parquet") else TEXT)
    except Damaged as damage:
        return None, fault(damage.code, file=part.name, detail=_of(damage))
    file = _looked_at(part, seen)
    if file is None:
        return None, fault("IN002", file=part.name)
    return replace(file, header=None if seen.form == PARQUET else next(iter(seen.ways), None)), None


def _looked_at(part: Part, seen: Look) -> TextFile | None:
    """The file as it was seen; None where it holds nothing."""
    told = seen.survey
    if seen.form == TEXT and not told.head.decode(told.encoding, errors="replace").strip():
        return None
    if seen.form != TEXT and not seen.ways:
        return None
    return TextFile(part, told.sha256, told.size, told.encoding, None, seen.form, told.doubt)


def _look_at_file(
    part: Part, profiles: Mapping[str, Profile], found: list[Source], issues: list[Issue], *, form: str
) -> None:
    try:
        seen = look(part, form)
    except Damaged as damage:
        issues.append(fault(damage.code, file=part.name, detail=_of(damage)))
        return
    file = _looked_at(part, seen)
    if file is None:
        issues.append(fault("IN002", file=part.name))
        return
    if form == TEXT and (declared := find_roster([part], profiles)):
        _add(found, issues, profiles, declared[0].key, part.path, [part])
        return
    fits = _fitting(part.file_name, seen.ways, profiles)
    if not fits:
        issues.extend(_why_none(part.name, seen.ways, profiles))
        return
    best = [fit for fit in fits if fit.rank == fits[0].rank]
    keys = sorted({fit.profile.key for fit in best})
    if len(keys) > 1:
        issues.append(fault("IN014", file=part.name, detail=f": {', '.join(keys)}"))
        return
    file = _as_declared(file, best[0].profile)
    if file.doubt:
        issues.append(fault("IN118", file=part.name, detail="; ".join(file.doubt)))
        return
    found.append(Source(keys[0], part.path, part.name, file.sha256, (replace(file, header=best[0].header),)))


def _as_declared(file: TextFile, profile: Profile | None) -> TextFile:
    """The file in the encoding that its profile declares, where the bytes alone leave a doubt."""
    if profile is None or profile.encoding is None or file.encoding not in CANDIDATES:
        return file
    return replace(file, encoding=profile.encoding, doubt=())


@dataclass(frozen=True, slots=True)
class _Fit:
    profile: Profile
    header: Header
    match: Match

    @property
    def rank(self) -> tuple[bool, bool, int, bool]:
        """Something is kept of it; named for such files; the most columns recognized; the district's own."""
        profile = self.profile
        return not profile.checked, bool(profile.files), len(self.match.positions), not profile.shipped


def _fitting(name: str, ways: Sequence[Header], profiles: Mapping[str, Profile]) -> list[_Fit]:
    fits = []
    folded = [frozenset(fold(cell) for cell in way.cells) for way in ways]
    for profile in profiles.values():
        if profile.target in _DATA_SETS or (
            profile.files and not any(fnmatch.fnmatch(name.casefold(), p.casefold()) for p in profile.files)
        ):
            continue
        for way, cells in zip(ways, folded, strict=True):
            if not profile.header and not profile.may_read(cells):
                continue
            if profile.header:
                if way.line > 1 or len(way.cells) != len(profile.header):
                    continue
                way = Header(way.delimiter, 0, profile.header)
            match = match_columns(way.cells, profile.asked(), suggest=False)
            if profile.reads(match.positions, way.cells):
                fits.append(_Fit(profile, way, match))
    return sorted(fits, key=lambda fit: fit.rank, reverse=True)


def _why_none(name: str, ways: Sequence[Header], profiles: Mapping[str, Profile]) -> list[Issue]:
    """Say which profile comes nearest and what it misses, so that one alias can be enough."""
    nearest: _Fit | None = None
    for profile in profiles.values():
        for way in ways if profile.target not in _DATA_SETS else ():
            fit = _Fit(profile, way, match_columns(way.cells, profile.asked(), suggest=False))
            if nearest is None or len(fit.match.positions) > len(nearest.match.positions):
                nearest = fit
    if nearest is None or len(nearest.match.positions) < 2:
        return [fault("IN005", file=name)]
    profile, line = nearest.profile, nearest.header.line or None
    match = match_columns(nearest.header.cells, profile.asked())
    needed = [header for header in profile.required() if header not in match.positions]
    if not any(part.header in match.positions for part in profile.identity):
        needed += [part.header for part in profile.identity[:1]]
    if not any(part.header in match.positions for part in profile.measures):
        needed += [part.header for part in profile.measures[:1]]
    issues = [fault("IN005", file=name, line=line, detail=f"; {profile.key} comes nearest")]
    for header in needed:
        issues.append(fault("IN006", file=name, line=line, column=header, detail=f" for {profile.key}"))
        if header in match.near:
            issues.append(fault("IN009", file=name, line=line, column=match.near[header], detail=f" of {header!r}"))
    return issues
