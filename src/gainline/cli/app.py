"""The command line: names the offline commands, imports the one that runs, and turns errors into exit codes."""

from __future__ import annotations

import sys
from collections import UserDict
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from gainline.cli import console
from gainline.cli.stopping import heeding
from gainline.engine.core.errors import GainlineError, UserFixable

INTERRUPTED = 130  # what shells give for Ctrl-C

ROAD = (
    ("demo", "online.demo:demo", "Start here: a made-up district, from its files to two briefs and a site."),
    ("init", "records:init", "Make a workspace."),
    ("import", "records:import_", "Read files into the lake; every row is accounted for."),
    ("receive", "receive:receive", "Take events over HTTP as they happen."),
    ("status", "records:status", "Show rows, registered plans and the ledger's head."),
    ("unmatched", "records:unmatched", "List identities that the roster does not know."),
    ("link", "link:app", "Say whose identities are that no rule knows."),
    ("quality", "quality:quality", "Say what of the files needs a person today."),
    ("profiles", "records:profiles", "List the kinds of files that can be read."),
    ("plan", "plan:app", "Check, register, amend and show plans."),
    ("pilot", "pilot:app", "Before a pilot: its design and its size."),
    ("roadmap", "roadmap:app", "Check, date and show the roadmap: what has to happen when."),
    ("cost", "cost:cost", "Say what a piece of work costs, who pays, and what is got for it."),
    ("risk", "risk:app", "Watch what could go wrong on your own measurements, and act on it."),
    ("training", "training:app", "Train and coach: check, schedule, issue credentials on evidence."),
    ("evaluate", "cycle:evaluate", "Run what was registered and write the evidence."),
    ("audit", "audit:audit", "Say what could mislead whoever reads the evidence."),
    ("brief", "cycle:brief", "Write the brief of an evaluated cycle."),
    ("export", "analyst:export", "Write rows and a plain script that redo the main figure elsewhere."),
    ("share", "share:share", "Write an evaluated cycle as tidy tables or as Ed-Fi JSON."),
    ("roster", "roster:app", "Send the roster to another system, or pull it from one."),
    ("synthesize", "analyst:synthesize", "Say what several pilots show together."),
    ("indicators", "indicators:app", "List, explain and measure indicators."),
    ("instrument", "instrument:app", "Score usability and efficacy questionnaires as published."),
    ("agreement", "agreement:agreement", "Show how far the raters of observed lessons agree."),
    ("snapshots", "records:snapshots", "List every published state of the lake."),
    ("release-lake", "records:release_lake", "Let others write to a lake in an object store after a stop."),
    ("calibrate", "calibrate:calibrate", "Run districts whose truth is known, to see how often we are right."),
    ("privacy", "privacy:app", "Print Exhibit B, a DPIA draft and the page for families."),
    ("consent", "consent:app", "Say what rests on consent, write down what families said, and act on it."),
    ("erase", "erase:erase", "Erase people from every state of the lake, with a certificate."),
    ("serve", "online.serving:serve", "Open the web application: pages, worker and server in one command."),
    ("found", "online.serving:found", "Found a district in the web application."),
    ("new-password", "online.serving:new_password", "Give a first password again to whoever nobody can help."),
    ("backup", "online.keeping:backup", "Copy the web application's home while it goes on."),
    ("rotate-key", "online.keeping:rotate_key", "Put a new key in place of the one that signs sessions."),
    ("restore", "online.keeping:restore", "Put a backup into a new home, checked."),
    ("retention", "online.keeping:retention", "Take out what has stayed long enough, or tell what would go."),
    ("purge", "online.keeping:purge", "Take what was deleted out of the bytes of the home."),
    ("head", "ledger:head", "Sign where the ledger stands, to be kept outside."),
    ("bundle", "ledger:bundle", "Write a result so that anybody can check it without us."),
    ("verify", "ledger:verify", "Check that nothing was changed behind our back, here or in a bundle."),
)


class _LoadedOnUse(UserDict[str, Any]):
    """The commands by name, each imported when it is first asked for.

    The engine behind them takes two seconds to import, which nobody should wait for who asks for help or mistypes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.data = {name: None for name, *_ in ROAD}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's commands are of a class that it keeps to itself
        if self.data[name] is None:
            self.data[name] = _command(name)
        return self.data[name]


class _InOrderOfTheRoad(TyperGroup):
    """Lists the commands as a district meets them, groups of commands among them, and imports only what is run."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - Typer's own settings, handed on
        super().__init__(**settings)
        self.commands = _LoadedOnUse()

    def format_commands(self, ctx: object, formatter: Any) -> None:  # noqa: ANN401 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, _, short in ROAD])


def _command(name: str) -> object:
    place, short = next((place, short) for known, place, short in ROAD if known == name)
    module, _, attribute = place.partition(":")
    room = "gainline.cli" if module.startswith("online.") else "gainline.cli.offline"
    does = getattr(import_module(f"{room}.{module}"), attribute)
    holder = _typer()
    if isinstance(does, typer.Typer):
        holder.add_typer(does, name=name, short_help=short)
    else:
        holder.command(name, short_help=short)(does)
    return typer.main.get_group(holder).commands[name]


def _typer(**settings: Any) -> typer.Typer:  # noqa: ANN401 - Typer's own settings, handed on
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, **settings)


app = _typer(
    name="gainline",
    cls=_InOrderOfTheRoad,
    help="Data-informed improvement cycles for a district's educational technology, on its own records.\n\n"
    "The road: init, import, plan check, plan register, evaluate, brief. New here? Run: gainline demo",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    callback=lambda: None,  # makes a group of it before any command is known
)


def main() -> int:
    """Run the `gainline` command and give its exit code.

    0 done, 1 a defect of ours, 2 wrong usage, 10 issues in the data, 11 refused, 12 not allowed, 13 missing,
    14 conflict, 130 stopped by Ctrl-C (docs/reference/exit-codes.md).
    """
    try:
        with heeding():
            app(standalone_mode=True)
    except GainlineError as error:
        console.show_error(error)
        return error.exit_code
    except OSError as fault:
        return _outside(fault)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            console.talk("Stopped. What was finished is kept; nothing of what was under way is.")
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    return 0


def _outside(fault: OSError) -> int:
    """The disk, the rights or the path stand in the way: nothing of ours is broken."""
    where = f"{fault.filename}: " if fault.filename else ""
    stopped = UserFixable(f"{where}{fault.strerror or fault}", "check the path, your rights and the room on the disk")
    console.show_error(stopped)
    return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main())
