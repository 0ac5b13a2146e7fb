"""The desk: the only door to a write. It authorizes, opens the district and a transaction, and leaves an audit event.

Every public function of the services is declared by `verb` (it writes), `reading` (it reads), `founding` (it runs
before anybody is there, from the terminal) or `carrying` (it carries out a job). A test fails for one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import models, transaction

from gainline.engine.core.errors import Conflict, GainlineError, Missing, NotAllowed
from gainline.engine.ledger import digest
from gainline.lake import is_nearly_full
from gainline.services import clock
from gainline.services.permissions import Standing, refusal, standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.audit import AuditEvent
from gainline.store.models.districts import District
from gainline.store.models.imports import Job
from gainline.store.tenancy import within

P = ParamSpec("P")
T = TypeVar("T")
ZEROS = "0" * 64


@dataclass(frozen=True, slots=True)
class Declared:
    """What a service declares of itself.

    Parameters
    ----------
    kind
        ``verb``, ``reading``, ``founding`` or ``carrying``.
    permission
        What the actor must hold; None for a founding.
    on
        The parameter that names the row it is done to; None for the district as a whole.
    words
        Parameters whose values the audit event keeps; never a person's.
    without_room
        Whether it is done on a disk that is nearly full, too: it takes something away, or shuts somebody out.
    """

    kind: str
    permission: str | None
    on: str | None = None
    words: tuple[str, ...] = field(default=())
    without_room: bool = False


def verb(
    permission: str, *, on: str | None = None, words: tuple[str, ...] = (), without_room: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare a function that writes: keyword-only, ``by`` is who does it, all or nothing, with its audit event.

    One verb at a time runs in a district, so that what it read still stands when it writes. On a disk that is nearly
    full only verbs are done that say ``without_room``.
    """
    declared = Declared("verb", permission, on, words, without_room)

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def done(*args: P.args, **kwargs: P.kwargs) -> T:
            by = cast("Account", kwargs["by"])
            if not without_room:
                ask_for_room()
            with within(by.district_id), transaction.atomic():
                District.objects.select_for_update().get(pk=by.district_id)
                row = kwargs.get(on) if on else None
                _may_write(by)
                authorize(by, permission, row)
                result = function(*args, **kwargs)
                _write_down(by, function, declared, dict(kwargs), result)
            return result

        return _marked(done, declared)

    return declare


def reading(permission: str, *, on: str | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare a function that reads within the district of ``by``, who must hold the permission."""
    declared = Declared("reading", permission, on)

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def read(*args: P.args, **kwargs: P.kwargs) -> T:
            by = cast("Account", kwargs["by"])
            with within(by.district_id):
                authorize(by, permission, kwargs.get(on) if on else None)
                return function(*args, **kwargs)

        return _marked(read, declared)

    return declare


def founding(function: Callable[P, T]) -> Callable[P, T]:
    """Declare a function that the machine's owner runs, before or without anybody who could hold a permission."""
    return _marked(function, Declared("founding", None))


def carrying(function: Callable[P, T]) -> Callable[P, T]:
    """Declare a function that carries out a job which somebody was allowed to ask for."""
    return _marked(function, Declared("carrying", None))


@contextmanager
def finishing(job: Job) -> Iterator[None]:
    """The end of a job: open its district and a transaction, and leave the audit event of who asked for it."""
    with within(job.district_id), transaction.atomic():
        District.objects.select_for_update().get(pk=job.district_id)
        yield
        write_down(district=job.district, by=job.asked_by, name=f"jobs.{job.kind}", row=job, words={})


@contextmanager
def by_the_clock(district: District, name: str, row: models.Model) -> Iterator[None]:
    """What the clock does in a district by itself: in one transaction, with an audit event that names nobody."""
    with within(district.pk), transaction.atomic():
        District.objects.select_for_update().get(pk=district.pk)
        yield
        write_down(district=district, by=None, name=name, row=row, words={})


def authorize(by: Account, permission: str, row: Any = None, *, standing: Standing | None = None) -> None:  # noqa: ANN401
    """Let pass who holds a permission.

    Raises
    ------
    NotAllowed
        SV001 when no living grant allows it; SV135 when one would, but the training does not count today.
    Missing
        SV002 when the row is of another district: it does not exist for this account.
    """
    if row is not None and getattr(row, "district_id", getattr(row, "pk", None)) != by.district_id:
        raise nothing_here()
    if (refused := refusal(standing or standing_of(by), permission, row)) is not None:
        raise refused


def find(model: type[models.Model], public_id: str, *follow: str) -> Any:  # noqa: ANN401 - a row of that model
    """The row with an id, within the district in scope.

    Raises
    ------
    Missing
        SV002 when there is none here, whether or not another district has it.
    """
    door = getattr(model, "colleagues", None) or model.objects
    found = door.filter(public_id=public_id)
    row = (found.select_related(*follow) if follow else found).first()
    if row is None:
        raise nothing_here()
    return row


def nothing_here() -> Missing:
    """The answer to an address that leads nowhere in this district."""
    return Missing("SV002 nothing here has this address", "check the address, or start from the first screen")


def has_room() -> bool:
    """Tell whether the disk of the home takes more; else the application is for reading only."""
    return not is_nearly_full(Path(settings.GAINLINE_HOME))


def ask_for_room() -> None:
    """Let pass while there is room.

    Raises
    ------
    Conflict
        SV125 when the disk is nearly full.
    """
    if not has_room():
        remedy = "have whoever keeps the machine make room on its disk; everything can still be read"
        raise Conflict("SV125 the disk is nearly full, so nothing new is written", remedy)


def refuse(code: str, because: str, remedy: str) -> GainlineError:
    """A promise or a missing step stands in the way: the error that says so."""
    return Conflict(f"{code} {because}", remedy)


def write_down(
    *, district: District, by: Account | None, name: str, row: object = None, words: dict[str, Any]
) -> AuditEvent:
    """Append one event to the district's trail, chained to the one before it."""
    last = AuditEvent.objects.order_by("-seq").first()
    event = AuditEvent(
        district=district,
        seq=last.seq + 1 if last else 1,
        at=clock.now(),
        actor=by,
        verb=name,
        kind=type(row).__name__ if isinstance(row, models.Model) else "",
        target=str(getattr(row, "public_id", "")),
        words=words,
        before=last.hash if last else ZEROS,
    )
    event.hash = hash_of(event)
    event.save()
    return event


def hash_of(event: AuditEvent) -> str:
    """SHA-256 over an event's canonical JSON, the hash before it included."""
    names = ("seq", "verb", "kind", "target", "words", "before")
    whole = {name: getattr(event, name) for name in names}
    whole |= {"at": event.at.isoformat(), "actor": event.actor.public_id if event.actor else None}
    return digest(whole)


def _write_down(
    by: Account, function: Callable[..., Any], declared: Declared, given: dict[str, Any], result: object
) -> None:
    row = result if isinstance(result, models.Model) else given.get(declared.on or "")
    words = {name: _plain(given[name]) for name in declared.words if given.get(name) is not None}
    if by.through is not None:
        words["token"] = by.through.public_id
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    write_down(district=by.district, by=by, name=name, row=row, words=words)


def _may_write(by: Account) -> None:
    if by.through is not None and not by.through.may_write:
        raise NotAllowed("SV075 this token only reads", "issue one that may write, or do it on the pages")


def _plain(value: Any) -> Any:  # noqa: ANN401 - a row, a day, a list, a number or a text
    if isinstance(value, models.Model):
        return getattr(value, "public_id", None)
    if isinstance(value, bool | int | None | list | tuple):
        return value
    return str(value)


def _marked(function: Callable[P, T], declared: Declared) -> Callable[P, T]:
    function.declared = declared  # type: ignore[attr-defined]
    return function
