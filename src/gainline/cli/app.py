"""The command line: gathers the offline commands and turns errors into exit codes."""

from __future__ import annotations

import os
import sys

import typer

from gainline.cli import console
from gainline.cli.offline import cycle, demo, indicators, plan, records
from gainline.engine.core.errors import GainlineError, UserFixable

INTERRUPTED = 130  # what shells give for Ctrl-C

app = typer.Typer(
    name="gainline",
    help="Data-informed improvement cycles for a district's educational technology, on its own records.\n\n"
    "The road: init, import, plan check, plan register, evaluate, brief. New here? Run: gainline demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("init")(records.init)
app.command("import")(records.import_)
app.command("status")(records.status)
app.command("unmatched")(records.unmatched)
app.command("profiles")(records.profiles)
app.add_typer(plan.app, name="plan")
app.command("evaluate")(cycle.evaluate)
app.command("brief")(cycle.brief)
app.add_typer(indicators.app, name="indicators")
app.command("snapshots")(records.snapshots)
app.command("verify")(records.verify)


def main() -> int:
    """Run the `gainline` command and give its exit code.

    0 done, 1 a defect of ours, 2 wrong usage, 10 issues in the data, 11 refused, 12 not allowed, 13 missing,
    14 conflict, 130 stopped by Ctrl-C (docs/reference/exit-codes.md).
    """
    try:
        app(standalone_mode=True)
    except GainlineError as error:
        console.show_error(error)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has had enough, as `| head` does
        return _quiet_exit()
    except OSError as fault:
        return _outside(fault)
    except KeyboardInterrupt:
        console.talk("\nStopped. What was finished is kept; nothing of what was under way is.")
        return INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    return 0


def _outside(fault: OSError) -> int:
    """The disk, the rights or the path stand in the way: nothing of ours is broken."""
    where = f"{fault.filename}: " if fault.filename else ""
    stopped = UserFixable(f"{where}{fault.strerror or fault}", "check the path, your rights and the room on the disk")
    console.show_error(stopped)
    return stopped.exit_code


def _quiet_exit() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more as it ends
    return 0


if __name__ == "__main__":
    sys.exit(main())
