"""How soon a family's no holds in a district where every family said something.

Run it with: python benchmarks/revoking.py [CHILDREN]
For each no: how long it takes to be on the disk, and how long the next reading takes to know whom it leaves out, beside
a reading before which nobody said anything. The same process reads, as the site's does; the first reading of a process
checks the whole journal and is told apart.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from gainline.engine.ledger.lines import sealed
from gainline.engine.privacy.consent import Act, Entry, Ground, Relation
from gainline.engine.privacy.consent.register import ENTRY
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.consented import PATH, bans_of, register_of, token
from gainline.road.consenting import Said, declare, say, tell
from gainline.road.consenting.saying import journal_of
from gainline.road.workspace import Workspace

DAY = date(2026, 3, 2)
USE = Ground("use", Purpose.EVALUATION, Basis.CONSENT, tables=("usage",))
NOES = 15


def district(root: Path, children: int) -> Workspace:
    """A workspace in whose journal every family said yes, written without waiting for the disk each time."""
    Workspace.create(root)
    home = Workspace.open(root, clock=lambda: DAY)
    declare(home, USE)
    tell(home, "use", "en", "We look at use. You can say no.", reviewed_by="Language office")
    [notice] = register_of(root).notices
    last = journal_of(home).entries()[-1]
    with (root / PATH).open("ab") as journal:
        for child in range(children):
            yes = Entry(
                token(home.salt, child), "use", Act.GIVEN, Relation.PARENT, DAY, f"{DAY}T10:00:00+00:00",
                notice=notice, language="en", method="paper", receipt=f"R-{child}",
            )  # fmt: skip
            last = sealed(ENTRY, yes.to_json_value(), on=DAY, after=last)
            journal.write(last.line())
    return home


def left_out(home: Workspace, children: int) -> int:
    """How many of the children a reading that starts now leaves out."""
    bans = bans_of(home.root, lambda: home.salt, home.today, None)
    return len(frozenset[int]().union(*(ban.of(range(children), None) for ban in bans)))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    children = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        home = district(Path(folder) / "home", children)
        print(f"{children} children; first reading of a process: {seconds(lambda: left_out(home, children)):.2f} s")
        said, known, before = [], [], []
        for child in range(NOES):
            before.append(seconds(lambda: left_out(home, children)))
            no = Said(token(home.salt, child), "use", Act.REVOKED, Relation.PARENT)
            said.append(seconds(lambda no=no: say(home, no)))
            known.append(seconds(lambda: left_out(home, children)))
            if left_out(home, children) != child + 1:
                sys.exit("a family's no did not hold in the next reading")
    told, read, still = (statistics.median(one) for one in (said, known, before))
    print(f"a no is on the disk after {told:.2f} s (worst {max(said):.2f}); the next reading knows after {read:.2f} s,")
    print(f"{read / still:.2f} times a reading before which nobody said anything ({still:.2f} s)")


if __name__ == "__main__":
    main()
