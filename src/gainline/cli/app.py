"""The command line: gathers the offline commands and turns errors into exit codes."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the `gainline` command."""
    print("not built yet", file=sys.stderr)  # noqa: T201
    return 1
