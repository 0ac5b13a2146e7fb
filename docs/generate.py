"""Write the reference pages that are made from code and data: commands, records, indicators, the sheet of ASVS.

Run it after changing a command, a record or a definition: ``python3 run.py docs``. A test fails when a page is stale.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import typer

from gainline.cli.app import app
from gainline.engine.indicators import load_catalogue
from gainline.engine.records import TABLES

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- made by docs/generate.py; do not edit by hand -->\n\n"
WIDTH = 96


def pages() -> dict[str, str]:
    """Every generated page: file name -> text."""
    return {
        "cli.md": cli_page(),
        "data-dictionary.md": dictionary_page(),
        "indicators.md": indicators_page(),
        "asvs.md": asvs_page(),
        "permissions.md": permissions_page(),
    }


def cli_page() -> str:
    """The help of every command."""
    root = typer.main.get_command(app)
    parts = [MADE, "# The command line\n\n"]
    for path, command in _commands(root, ("gainline",)):
        context = click.Context(command, info_name=" ".join(path), terminal_width=WIDTH, max_content_width=WIDTH)
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context).strip()}\n```\n\n")
    return "".join(parts).rstrip() + "\n"


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(child, (*path, name))


def dictionary_page() -> str:
    """Every field of every canonical table."""
    parts = [MADE, "# Data dictionary\n\nEvery fact in the lake has one of these shapes. "]
    parts.append("Each row also carries `import_id` and `source_line`: the import and the line it came from.\n\n")
    for table in TABLES.values():
        key = ", ".join(f"`{name}`" for name in table.key) or "none: every row is a fact of its own"
        parts.append(f"## {table.name}\n\n{table.means}. Key: {key}.\n\n")
        parts.append(
            "| field | type | means | empty means | sensitivity | kept | NDPA category |\n|---|---|---|---|---|---|---|\n"
        )
        for field in table.fields:
            null = "may not be empty" if field.null is None else field.null
            cells = (f"`{field.name}`", field.type, field.means, null, field.sensitivity, field.retention, field.ndpa)
            parts.append("| " + " | ".join(str(cell) for cell in cells) + " |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def indicators_page() -> str:
    """Every indicator of the shipped catalogue."""
    catalogue, _ = load_catalogue()
    parts = [MADE, "# Indicators\n\nEach definition is data: see `src/gainline/engine/indicators/library/`.\n\n"]
    for indicator in catalogue.values():
        parts.append(f"## {indicator.name}\n\n")
        for name, value in indicator.model_dump(mode="json").items():
            if name not in {"name", "compute"}:
                shown = ", ".join(map(str, value)) if isinstance(value, list) else value
                parts.append(f"- **{name.replace('_', ' ')}**: {shown}\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def asvs_page() -> str:
    """The sheet of OWASP ASVS: how many items are met, and each with where, why or what is missing."""
    chapters = tomllib.loads((REFERENCE / "asvs.toml").read_text(encoding="utf-8"))
    states = [row["state"] for rows in chapters.values() for key, row in rows.items() if key != "title"]
    parts = [MADE, "# OWASP ASVS 5.0.0, levels 1 and 2\n\n"]
    parts.append(
        f"{len(states)} items: " + ", ".join(f"{states.count(s)} {s}" for s in ("met", "not applicable", "open"))
    )
    parts.append(
        ". The numbers are the standard's, the words are ours; the sheet itself is `asvs.toml` beside this page.\n\n"
    )
    for chapter, rows in chapters.items():
        parts.append(
            f"## {chapter} {rows['title']}\n\n| item | level | about | state | where, or why |\n|---|---|---|---|---|\n"
        )
        for key, row in rows.items():
            if key != "title":
                where = ", ".join(f"`{path}`" for path in row.get("where", ()))
                said = "; ".join(one for one in (where, row.get("why", "")) if one)
                parts.append(f"| {key} | {row['level']} | {row['about']} | {row['state']} | {said} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def permissions_page() -> str:
    """Who may do what: every permission by every role, as the code has it."""
    _open_tables()
    from gainline.services.permissions import DEFAULT_RIGHTS, PERMISSIONS
    from gainline.store.words import Role

    labels = [str(role.label) for role in Role]
    says = (
        "One row a permission, as the code decides it. **yes**: the role gives it over its unit; **right**: while the "
        "district's table of decision rights says so, here as a new district begins; **trained**: it reaches data "
        "about people, so that the training must count that day.\n\n"
    )
    lines = [MADE, "# Permissions\n\n", says, f"| may | trained | {' | '.join(labels)} |\n"]
    lines.append("|---|---|" + "---|" * len(labels) + "\n")
    for name, one in PERMISSIONS.items():
        given, word = (DEFAULT_RIGHTS[one.right], "right") if one.right else (one.roles, "yes")
        cells = " | ".join(word if role in given else "" for role in Role)
        lines.append(f"| `{name}`: {one.says} | {'yes' if one.about_people else ''} | {cells} |\n")
    return "".join(lines)


def _open_tables() -> None:
    """The permissions stand on the tables, which stand on the application's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
    os.environ.setdefault("GAINLINE_HOME", tempfile.gettempdir())
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def main() -> int:
    """Write the pages that changed and name them."""
    for name, text in pages().items():
        path = REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
