"""`gainline head | bundle | verify`: what goes out of the ledger, and how anybody checks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day
from gainline.engine.core.errors import DataIssues
from gainline.engine.core.issues import Issue, has_errors
from gainline.road.bundling import bundle_result, verify_bundle_file
from gainline.road.checking import verify_workspace
from gainline.road.signing import issue_head, kept_head, key_fingerprint
from gainline.road.workspace import Workspace

HeadOption = Annotated[
    str | None,
    typer.Option(help="A ledger head that was kept outside: SIZE:HASH, or the .head.json of a brief."),
]


def head(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File for the signed head.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Sign where the ledger stands, to be kept outside: in minutes, in a mail, with the privacy officer.

    With it, gainline verify --head finds a ledger that was cut off or written anew later. Every brief carries one, too.

    Example: gainline head -o 2026-06.head.json
    """
    home = Workspace.open(workspace)
    signed = issue_head(home)
    text = json.dumps(signed.to_json_value(), indent=1)
    if out is None:
        console.show_text(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        console.show_text(str(out))
    console.talk(f"Ledger head {signed.head}")
    console.talk(f"Key {signed.key.fingerprint}")


def bundle(
    key: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's key.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip to write; its signatures come beside it.")],
    since: Annotated[
        str | None, typer.Option(help="A head that the reader holds: the bundle proves that the ledger grew from it.")
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write an evaluated cycle as an evidence bundle that anybody can check without Gainline.

    It holds the brief and the tables as the public may see them, the registration with its amendments, every deviation,
    the log of what is hidden, the ledger's entries with proofs, a signature, and VERIFY.md, which says how to check all
    of it with sha256sum, openssl and python3. No row of a student is in it.

    Example: gainline bundle lumen-reading -o lumen-reading.zip
    """
    home = Workspace.open(workspace)
    named = Path(key).name.removesuffix(".toml")
    done = bundle_result(home, named, out, on=day(as_of), since=kept_head(since) if since else None)
    for file in done.files:
        console.show_text(str(file))
    console.talk(f"Ledger head {done.head}")
    console.talk(f"Key {done.fingerprint}")
    console.talk("Tell the reader the key by another way than the bundle; VERIFY.md inside says the rest.")


def verify(
    bundle_file: Annotated[
        Path | None, typer.Argument(metavar="BUNDLE", help="An evidence bundle; without it, the workspace is checked.")
    ] = None,
    head: HeadOption = None,
    key: Annotated[
        str | None, typer.Option(help="BUNDLE: the district's key, as its fingerprint or as a PEM file.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check that ledger, snapshot and evidence are what they were when they were written; or that a bundle is.

    The ledger's chain shows every edit by itself. That its end was cut off, or all of it written anew, only a head that
    was kept outside can show: give it with --head. A bundle needs no workspace; whose key signed it only somebody
    outside can say: give it with --key.

    Example: gainline verify lumen-reading.zip --key FINGERPRINT --head 7:HASH
    """
    against = kept_head(head) if head else None
    if bundle_file is not None:
        found = verify_bundle_file(bundle_file, fingerprint=key_fingerprint(key) if key else None, against=against)
        _tell(list(found.issues), form)
        console.talk("Every byte, signature and proof of the bundle holds.")
        console.talk(f"Ledger head {found.head}")
        console.talk(f"Key {found.fingerprint}" + ("" if key else "  <- compare it with the district's own"))
        return
    home = Workspace.open(workspace)
    _tell(verify_workspace(home, against=against), form)
    console.talk("The ledger's chain holds; the snapshot and the evidence are what they were.")
    console.talk(f"Ledger head {home.ledger.head()}")


def _tell(issues: list[Issue], form: Format) -> None:
    if form is Format.TABLE:
        console.show_issues(issues)
    else:
        console.show_rows([issue.to_json_value() for issue in issues], form=form)
    if has_errors(issues):
        raise typer.Exit(DataIssues.exit_code)
