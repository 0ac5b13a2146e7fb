"""The command line: gathers the offline commands and turns errors into exit codes."""

from __future__ import annotations

import sys

import typer

from gainline.cli import console
from gainline.cli.offline import cycle, demo, indicators, plan, records
from gainline.engine.core.errors import GainlineError

app = typer.Typer(
    name="gainline",
    help="Data-informed improvement cycles for a district's educational technology, on its own records.\n\n"
    "The road: init -> import -> plan check -> plan register -> evaluate -> brief.  New here? Run: gainline demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("init")(records.init)
app.command("import")(records.import_)
app.command("status")(records.status)
app.command("unmatched")(records.unmatched)
app.command("verify")(records.verify)
app.add_typer(indicators.app, name="indicators")
app.add_typer(plan.app, name="plan")
app.command("evaluate")(cycle.evaluate)
app.command("brief")(cycle.brief)
app.command("demo")(demo.demo)


def main() -> int:
    """Run the `gainline` command and give its exit code.

    0 done, 1 a defect of ours, 2 wrong usage, 10 issues in the data, 11 refused, 12 not allowed, 13 missing,
    14 conflict (docs/reference/exit-codes.md).
    """
    try:
        app(standalone_mode=True)
    except GainlineError as error:
        console.show_error(error)
        return error.exit_code
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
