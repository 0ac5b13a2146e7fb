"""`gainline receive`: the door for events that senders post as they happen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.options import HERE, AsOfOption, WorkspaceOption, day
from gainline.engine.core.errors import Conflict, DataIssues, UserFixable
from gainline.road.agreeing import senders_agreed
from gainline.road.receiving.draining import import_waiting, spool_of
from gainline.road.receiving.senders import read_senders
from gainline.road.receiving.serving import Clock, open_door, told
from gainline.road.workspace import Workspace


def receive(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on; by default this machine only.")] = "127.0.0.1",
    tokens: Annotated[
        Path | None, typer.Option(help="File with one sender a line: its name, a blank, its token.")
    ] = None,
    every: Annotated[float, typer.Option(help="Seconds between two imports of what came.", min=0.1)] = 60.0,
    once: Annotated[
        bool, typer.Option("--once", help="Open no door: import what waits in the inbox, and end.")
    ] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take xAPI statements and Caliper envelopes over HTTP, as they happen.

    POST and PUT /xapi/statements, POST /caliper, each with a bearer token. What a sender is told was taken is on disk;
    it goes into the lake by the road of every file, and what comes twice is kept once. It speaks plain HTTP: put a
    proxy that speaks TLS in front of it. A sender with whom no agreement about data runs is turned away. Ends with
    Ctrl-C.

    Example: gainline receive --tokens senders.txt --port 8765
    """
    home = Workspace.open(workspace)
    if once:
        _import_once(home, as_of)
        return
    if tokens is None:
        raise UserFixable("nobody may send without a token", "name a file: gainline receive --tokens FILE")
    clock = Clock(lambda: datetime.now(tz=UTC), lambda: day(as_of))
    senders = read_senders(tokens)
    agreed = senders_agreed(home, day(as_of))
    for name in sorted(set(senders.values()) - agreed):
        console.talk(f"No agreement about data runs with {name}: what it sends is turned away.")
    if agreed.isdisjoint(senders.values()):
        raise Conflict(
            "PR095 no agreement about data runs with any of the senders, so nothing may come in",
            "write agreements/NAME.toml; a sender is named as its tool, its vendor or a recipient of the agreement",
        )
    door = open_door(home, senders, address=(host, port), clock=clock, say=console.talk)
    console.talk(f"Listening on http://{host}:{door.port}: /xapi/statements and /caliper. Ctrl-C ends it.")
    try:
        door.run(every)
    except KeyboardInterrupt:
        console.talk("Closed. What came is in the lake or waits in the inbox.")


def _import_once(home: Workspace, as_of: str | None) -> None:
    reports = import_waiting(home, as_of=day(as_of))
    for report in reports:
        console.talk(told(report))
    if not reports:
        console.talk("Nothing waits in the inbox.")
    if any(report.rows["rejected"] for report in reports) or spool_of(home).waiting():
        raise typer.Exit(DataIssues.exit_code)
