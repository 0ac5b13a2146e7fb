"""`gainline consent ground | notice | give | revoke | status | follow | reapply`: what families said."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import UserFixable
from gainline.engine.privacy.consent import Act, Entry, Ground, Relation
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road import consenting
from gainline.road.consented import register_of
from gainline.road.erasing import people_named
from gainline.road.withdrawing import Aftermath, flagged
from gainline.road.withdrawing import follow as carry_out
from gainline.road.workspace import Workspace

app = typer.Typer(help="Consent: what rests on a family's word, and what they said.", no_args_is_help=True)
GroundArgument = Annotated[str, typer.Argument(help="The ground's key.")]
ByOption = Annotated[Relation, typer.Option("--from", help="Who spoke.", case_sensitive=False)]
HolderOption = Annotated[str, typer.Option(help="The office's number for which parent it was, where there are two.")]
ReferenceOption = Annotated[str, typer.Option(help="Number under which the paper or message is filed; no name.")]


class Method(StrEnum):
    """How a word came."""

    PAPER = "paper"
    PORTAL = "portal"
    PHONE = "phone"


@app.command()
def ground(
    key: GroundArgument,
    purpose: Annotated[Purpose, typer.Option(help="What the records are processed for.", case_sensitive=False)],
    basis: Annotated[Basis, typer.Option(help="The legal basis.", case_sensitive=False)],
    table: Annotated[
        list[str] | None, typer.Option(help="A table that it covers; again for more. All when none.")
    ] = None,
    tool: Annotated[list[str] | None, typer.Option(help="Only rows of this tool; again for more.")] = None,
    cycle: Annotated[list[str] | None, typer.Option(help="Only this cycle's evaluations; again for more.")] = None,
    recipient: Annotated[list[str] | None, typer.Option(help="Who else gets the records; again for more.")] = None,
    opt_out: Annotated[bool, typer.Option("--opt-out", help="Families may say no without being asked first.")] = False,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Declare what the district does with records, for what, and on which legal basis; once used, it cannot be swapped.

    Example: gainline consent ground climate --purpose evaluating-tools --basis consent --table responses
    """
    made = Ground(
        key,
        purpose,
        basis,
        tables=tuple(table or ()),
        where={"tool": tuple(tool)} if tool else {},
        cycles=tuple(cycle or ()),
        recipients=tuple(recipient or ()),
        may_opt_out=opt_out,
    )
    consenting.declare(Workspace.open(workspace), made)
    console.show_rows([made.to_json_value()], form=form, title="Declared")
    if basis is Basis.CONSENT:
        console.talk("From now on nobody's rows are read for it without a yes that stands.")


@app.command()
def notice(
    key: GroundArgument,
    path: Annotated[Path, typer.Argument(help="A text file with the exact words that families read.")],
    language: Annotated[str, typer.Option(help="Language code of the text.")] = "en",
    reviewed_by: Annotated[str, typer.Option(help="Office of the person who checked it.")] = "",
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep the exact words that families read, graded, and who checked them; no consent counts under an unchecked text.

    Example: gainline consent notice climate climate-en.txt --reviewed-by "Language office"
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise UserFixable(f"{path.name} cannot be read", "name a text file in UTF-8") from fault
    made = consenting.tell(Workspace.open(workspace), key, language, text, reviewed_by=reviewed_by)
    row = {"ground": key, "language": language, "grade": made.grade, "checked": made.is_reviewed, "hash": made.hash}
    console.show_rows([row], form=form, title="Kept")


@app.command()
def give(
    key: GroundArgument,
    speaker: ByOption = Relation.PARENT,
    language: Annotated[str, typer.Option(help="Language of the notice that was read.")] = "en",
    until: Annotated[str | None, typer.Option(help="Last day on which it stands, YYYY-MM-DD.")] = None,
    rights_pass: Annotated[str | None, typer.Option(help="The student's eighteenth birthday, YYYY-MM-DD.")] = None,
    holder: HolderOption = "",
    method: Annotated[Method, typer.Option(help="How it came.", case_sensitive=False)] = Method.PAPER,
    reference: ReferenceOption = "",
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write down that a family agreed. Whose is read from standard input, never from the command's words.

    Example: gainline consent give climate --reference scan/2041 < whose.txt
    """
    said = consenting.Said(
        person="",
        ground=key,
        act=Act.GIVEN,
        relation=speaker,
        holder=holder,
        method=str(method),
        reference=reference,
        language=language,
        valid_until=_day(until),
        rights_pass_on=_day(rights_pass),
    )
    _show([_heard(Workspace.open(workspace), said)], form)


@app.command()
def revoke(
    key: GroundArgument,
    speaker: ByOption = Relation.PARENT,
    holder: HolderOption = "",
    method: Annotated[Method, typer.Option(help="How it came.", case_sensitive=False)] = Method.PAPER,
    reference: ReferenceOption = "",
    later: Annotated[
        bool, typer.Option("--later", help="Carry out what follows later: gainline consent follow.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write down that a family took its consent back or opted out, and carry out everything that follows.

    From the moment that it is written down nobody who starts to read reads the student. Then rows that nothing else
    carries are purged, and results that used them are made again.

    Example: gainline consent revoke climate --reference mail/77 < whose.txt
    """
    home = Workspace.open(workspace)
    said = consenting.Said(
        person="", ground=key, act=Act.REVOKED, relation=speaker, holder=holder, method=str(method), reference=reference
    )
    _show([_heard(home, said)], form)
    if not later:
        _tell(carry_out(home))


@app.command()
def follow(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Carry out everything that is due after words were taken back; running it again does nothing.

    Example: gainline consent follow
    """
    done = carry_out(Workspace.open(workspace))
    if form is Format.TABLE:
        _tell(done)
        return
    row = {"purged": list(done.purged), "again": list(done.reran), "noted": list(done.noted)}
    console.show_rows([row], form=form)


@app.command()
def status(workspace: WorkspaceOption = HERE, form: FormatOption = Format.TABLE) -> None:
    """Show every ground, how many families stand how to it, in bands, and results that wait to be made again.

    Example: gainline consent status
    """
    home = Workspace.open(workspace)
    register = register_of(home.root)
    rows = [
        {
            "ground": key,
            "purpose": str(one.purpose),
            "basis": str(one.basis),
            "languages": ", ".join(sorted({told.language for told in register.notices.values() if told.ground == key})),
            "families": "; ".join(f"{word} {many}" for word, many in consenting.counted(home, key).items()) or "none",
        }
        for key, one in sorted(register.grounds.items())
    ]
    console.show_rows(rows, form=form, title="Grounds")
    for due in flagged(home):
        console.talk(f"Rests on records that were taken back ({due.people}): {due.cycle}, {due.stage}")


@app.command()
def reapply(
    journal: Annotated[Path, typer.Argument(help="The latest copy of consent/journal.jsonl that was kept apart.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """After a restore: apply what families took back since the backup, before anything is read again.

    Example: gainline consent reapply /safe/journal.jsonl
    """
    home = Workspace.open(workspace)
    more = consenting.reapply(home.root, journal)
    console.talk(f"Entries that the backup lacked: {more}.")
    _tell(carry_out(home))


def _heard(home: Workspace, said: consenting.Said) -> Entry:
    whom = people_named(home, _whose())
    with home.records.reading() as reading:
        students = set(reading.arrow(reading.current("students").select("person_key"))["person_key"].to_pylist())
    key = consenting.one_key(whom.keys, students.__contains__)
    return consenting.say(home, replace(said, person=consenting.person_of(home, key)))


def _whose() -> list[str]:
    if not sys.stdin.isatty():
        return sys.stdin.read().splitlines()
    return [getpass.getpass("Pseudonym or identifier of the student (not shown): ")]


def _show(entries: list[Entry], form: Format) -> None:
    rows = [
        {"ground": one.ground, "said": str(one.act), "from": str(one.relation), "on": one.on, "receipt": one.receipt}
        for one in entries
    ]
    console.show_rows(rows, form=form, title="Written down")


def _tell(done: Aftermath) -> None:
    console.talk(f"Purged, with a certificate each: {len(done.purged)}.")
    for cycle in done.reran:
        console.talk(f"Made again without whoever took their word back: {cycle}")
    for cycle in done.noted:
        console.talk(f"Published and stands; later withdrawals are noted in a band: {cycle}")


def _day(text: str | None) -> date | None:
    return day(text) if text else None
