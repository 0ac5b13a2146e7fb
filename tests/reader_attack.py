"""A reader who wants to know: everything that is printed as one integer program, solved by CP-SAT.

Nothing of `gainline.engine.privacy` is used here, and another solver than the exit's own: what is known of a count is
read from the printed text, and how counts add up from what the table is about.
"""

from __future__ import annotations

import re

from ortools.sat.python import cp_model

MOST = 20_000  # no population here is larger; the reader knows
_RANGE = re.compile(r"^([\d,]+) to ([\d,]+)$")
_BAND = re.compile(r"^(\d+)(?:–(\d+))?%$")


class Reader:
    """What one reader holds possible."""

    def __init__(self):
        self.model = cp_model.CpModel()
        self.known = {}

    def read(self, name, text, *, zeros_are_hidden=False):
        """Take in one printed count."""
        low, high = (0 if zeros_are_hidden else 1), MOST
        if found := _RANGE.match(text):
            low, high = (int(end.replace(",", "")) for end in found.groups())
        elif text != "too few to show":
            low = high = int(text.replace(",", ""))
        self.known[name] = self.model.new_int_var(low, high, str(name))

    def imagine(self, name, high=MOST):
        """A count that is printed nowhere."""
        self.known[name] = self.model.new_int_var(0, high, str(name))

    def add_up(self, total, parts):
        """`total` is the sum of `parts`."""
        self.model.add(self.known[total] == sum(self.known[part] for part in parts))

    def read_rate(self, part, whole, text):
        """Take in one printed percentage: a band holds both of its ends, a whole percent all that rounds to it."""
        if text is None:
            return
        low, high = _BAND.match(text).groups()
        one, other = (2 * int(low) - 1, 2 * int(low) + 1) if high is None else (2 * int(low), 2 * int(high))
        one, other = (0 if one <= 1 else one), (200 if other >= 199 else other)
        self.model.add(200 * self.known[part] >= one * self.known[whole])
        self.model.add(200 * self.known[part] <= other * self.known[whole])

    def range_of(self, what):
        """The smallest and the largest value of a count, or of a difference, that fit everything printed."""
        return tuple(self._end(what, sign) for sign in (1, -1))

    def _end(self, what, sign):
        model = self.model.clone()
        goal = self.known[what] if what in self.known else self.known[what[0]] - self.known[what[1]]
        model.minimize(sign * goal)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(model)
        if status != cp_model.OPTIMAL:
            raise ArithmeticError(f"what is printed contradicts itself: {solver.status_name(status)}")
        return round(sign * solver.objective_value)
