"""`gainline serve`: one command that migrates, starts the worker and serves the pages."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.online.setting_up import set_up
from gainline.engine.core.errors import UserFixable
from gainline.road.showing import Shown

HomeOption = Annotated[Path, typer.Option(help="Folder that holds the database and every district's workspace.")]
HERE = Path("gainline-home")
PATIENCE = 20.0  # seconds that a child is given to end


def serve(
    home: HomeOption = HERE,
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on; by default this machine only.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Server processes.", min=1)] = 2,
    demo: Annotated[bool, typer.Option("--demo", help="Open the demo district, with a sign-in-as list.")] = False,
) -> None:
    """Open the web application: migrate the database, start the worker, serve the pages. Ends with Ctrl-C.

    It speaks plain HTTP: put a proxy that speaks TLS in front of it and set GAINLINE_ORIGIN to its address.

    Example: gainline serve --home /srv/gainline --port 8000
    """
    open_site(home, Address(host, port, workers), demo=demo)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the application listens, and with how many server processes; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2


def open_site(home: Path, address: Address, *, demo: bool = False, shown: Shown | None = None) -> None:
    """Serve the application of a home until somebody ends it.

    Parameters
    ----------
    home
        Folder of the database and the districts' workspaces; made when it is missing.
    address
        Where it listens.
    demo
        Open the demo district, with a sign-in-as list.
    shown
        The demo's main job where it was just done; the demo district then gets a copy of its workspace.

    Raises
    ------
    UserFixable
        When the environment's settings make no sense, or one of the processes ends by itself.
    """
    port = address.port or _free_port(address.host)
    os.environ.setdefault("GAINLINE_ORIGIN", f"http://{address.host}:{port}")
    os.environ["GAINLINE_SERVED"] = "true"
    if demo:
        os.environ["GAINLINE_DEMO"] = "true"
    set_up(home)
    _prepare(demo=demo, shown=shown)
    signal.signal(signal.SIGTERM, _stop)  # before there are children, who would go on without us
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(_child("gainline.jobs.worker"))
        children.append(_server(address.host, port, address.workers))
        _wait_until_open(address.host, port, children)
        console.talk(f"Gainline is at {os.environ['GAINLINE_ORIGIN']}/{'demo/' if demo else ''}   Ctrl-C ends it.")
        _watch(children)
    except KeyboardInterrupt:
        console.talk("Closed. What was finished is kept.")
    finally:
        _end(children)


def _prepare(*, demo: bool, shown: Shown | None) -> None:
    from django.core.management import call_command  # after Django is set up

    from gainline.store.upgrading import upgrade

    upgrade()
    call_command("collectstatic", verbosity=0, interactive=False)
    if demo:
        from gainline.services.demo_district import make_demo

        with console.progress_bars(STAGES) as progress:
            make_demo(shown=shown, progress=progress)


STAGES = {
    "world": "Building Riverbend Unified",
    "autumn": "Importing autumn files",
    "register": "Registering the plans",
    "summer": "Importing usage and scores",
    "decide": "Evaluating and writing briefs",
}


def found(
    name: Annotated[str, typer.Argument(help="The district's name.")],
    lead: Annotated[str, typer.Option(help="Name of its first EdTech lead.")],
    email: Annotated[str, typer.Option(help="Their e-mail address, with which they sign in.")],
    time_zone: Annotated[str, typer.Option(help="Time zone of the district's days.")] = "America/Chicago",
    home: HomeOption = HERE,
) -> None:
    """Found a district: its workspace, its decision rights and its first EdTech lead, who can bring in everybody else.

    Prints the lead's first password once.

    Example: gainline found "Hillview Schools" --lead "Dana Whitfield" --email dana@hillview.example
    """
    set_up(home)
    from gainline.services.people import Founding, found_district
    from gainline.store.upgrading import upgrade

    upgrade()
    password = secrets.token_urlsafe(18)
    found_district(founding=Founding(name, time_zone), lead_name=lead, lead_email=email, password=password)
    console.talk(f"{name} stands. {lead} signs in as {email} with this password, shown once:")
    console.show_text(password)


def new_password(
    email: Annotated[str, typer.Argument(help="The e-mail address with which they sign in.")],
    home: HomeOption = HERE,
) -> None:
    """Give somebody a first password again: for a district whose only lead has forgotten theirs.

    Prints it once; it is changed with the first sign-in. Sessions end, and the second factor stays. Anybody else asks
    a lead of the district, who makes a sign-in link on their page under People.

    Example: gainline new-password dana@hillview.example --home /srv/gainline
    """
    set_up(home)
    from gainline.services.identities import first_password_again  # after Django is set up

    password = secrets.token_urlsafe(18)
    first_password_again(email=email, password=password)
    console.talk("They sign in with this password, shown once, and choose their own:")
    console.show_text(password)


def _free_port(host: str) -> int:
    with socket.socket() as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


def _child(module: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *words])


def _server(host: str, port: int, workers: int) -> subprocess.Popen[bytes]:
    words = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    words += ["--blocking-threads", "4", "--no-ws", "--log-level", "warning", "gainline.config.wsgi:application"]
    return _child("granian", *words)


def _wait_until_open(host: str, port: int, children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until the first page is answered, so that whoever reads the address finds something there."""
    while all(child.poll() is None for child in children):
        with closing(HTTPConnection(host, port, timeout=PATIENCE)) as line:
            try:
                line.request("GET", "/health/")
                line.getresponse().read()
            except OSError:
                time.sleep(0.2)
            else:
                return


def _watch(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until a child ends by itself; whoever ends us interrupts the waiting."""
    while all(child.poll() is None for child in children):
        time.sleep(0.2)
    raise UserFixable("one of the application's processes ended by itself", "read what it said above")


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
