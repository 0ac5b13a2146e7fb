"""The cheapest way to hide, found in one program for all small counts together: slow, and right by construction."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

FAR = 60  # no cheapest pattern of these tables moves a count farther


def least_hidden(table, policy):
    """How many counts must at least go so that each small one ranges over the minimum range; None when unproved.

    Only the small counts have to range; the exit asks the same of whatever it hides beside them.
    """
    cells = [cell for cell in table.cells if cell.count > 0 and cell.is_printed]
    many, small = len(cells), [i for i, cell in enumerate(cells) if policy.is_small(cell.count)]
    if not small:
        return 0
    place = {cell.key: index for index, cell in enumerate(cells)}
    worlds = 2 * len(small)
    rows, low, high = [], [], []

    def add(entries, least, most):
        row = np.zeros(many * (1 + worlds))
        for index, value in entries:
            row[index] += value
        rows.append(row)
        low.append(least)
        high.append(most)

    for world in range(worlds):
        start = many * (1 + world)
        for one in table.sums:
            ends = [(one.total, 1.0), *((part, -1.0) for part in one.parts)]
            add([(start + place[key], sign) for key, sign in ends if key in place], 0, 0)
        for index in range(many):
            add([(start + index, 1.0), (index, -FAR)], -np.inf, 0)
            add([(start + index, 1.0), (index, FAR)], 0, np.inf)
    for number, index in enumerate(small):
        down, up = many * (1 + 2 * number) + index, many * (2 + 2 * number) + index
        add([(up, 1.0), (down, -1.0)], policy.minimum_range, np.inf)
    least = np.array([max(-FAR, 1 - cell.count) for cell in cells], dtype=float)
    bounds = Bounds(
        np.concatenate([np.isin(np.arange(many), small).astype(float), np.tile(least, worlds)]),
        np.concatenate([np.ones(many), np.full(many * worlds, float(FAR))]),
    )
    goal = np.concatenate([np.ones(many), np.zeros(many * worlds)])
    fits = LinearConstraint(np.vstack(rows), low, high)
    found = milp(
        goal, integrality=np.ones(len(goal)), bounds=bounds, constraints=[fits], options={"node_limit": 20_000}
    )
    return round(found.fun) if found.status == 0 else None
