"""Standards: which reader takes which source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from gainline.engine.core.progress import Progress, silent
from gainline.engine.intake.account import Tally
from gainline.engine.intake.caliper.read import read_caliper
from gainline.engine.intake.case import read_case
from gainline.engine.intake.declared_roster import read_declared_roster
from gainline.engine.intake.edfi.read import read_edfi
from gainline.engine.intake.k12_online import read_k12_online
from gainline.engine.intake.link import Identity
from gainline.engine.intake.oneroster import read_oneroster
from gainline.engine.intake.oulad import read_oulad
from gainline.engine.intake.platforms import PLATFORM_BUILDERS
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.reading import Batch, Reading, Task
from gainline.engine.intake.service_rows import SERVICE_BUILDERS
from gainline.engine.intake.sources import Source
from gainline.engine.intake.star import read_star
from gainline.engine.intake.targets import BUILDERS
from gainline.engine.intake.vendor import read_vendor
from gainline.engine.intake.voices import VOICE_BUILDERS
from gainline.engine.intake.xapi.read import read_xapi


def read(
    source: Source,
    *,
    profiles: Mapping[str, Profile],
    identity: Identity,
    import_id: str,
    as_of: date,
    progress: Progress = silent,
) -> Reading:
    """Begin to read one source into canonical rows.

    Parameters
    ----------
    source
        As `discover` found it.
    profiles
        As `load_profiles` gives them.
    identity
        Who is known so far.
    import_id
        Written into every row.
    as_of
        The day that counts as today.
    progress
        Told how many rows are done.

    Returns
    -------
    Reading
        Take its batches; then its account stands and adds up: read = loaded + repaired + rejected.

    Refuses: IN020 to IN056 row by row, IN060 to IN076 for rosters (see the reference of codes).
    """
    task = Task(source, profiles.get(source.kind), profiles, identity, import_id, as_of, progress)
    return Reading(task, _reader_of(task))


def _vendor(task: Task, tally: Tally) -> Iterator[Batch]:
    return read_vendor(task, tally, {**BUILDERS, **PLATFORM_BUILDERS, **VOICE_BUILDERS, **SERVICE_BUILDERS})


def _reader_of(task: Task) -> Callable[[Task, Tally], Iterator[Batch]]:
    target = task.profile.target if task.profile else task.source.kind
    readers = {
        "oneroster": read_oneroster,
        "roster": read_declared_roster,
        "oulad": read_oulad,
        "star": read_star,
        "k12_online": read_k12_online,
        "xapi": read_xapi,
        "caliper": read_caliper,
        "edfi": read_edfi,
        "case": read_case,
    }
    return readers.get(target, _vendor)
