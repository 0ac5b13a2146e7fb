"""Agreement: rows that speak of the same thing have to say the same; where they do not, none of them is believed."""

from __future__ import annotations

import numpy as np

from gainline.engine.intake.cells import Codes, Flags

MOST = 0.5  # share of the compared groups from which a column as a whole is not believed


def group(*columns: Codes) -> Codes:
    """Number the distinct combinations of some columns, each of shape ``(n,)``."""
    numbered = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        numbered = numbered * (int(codes.max(initial=0)) + 1) + codes
    return np.unique(numbered, return_inverse=True)[1]


def contradicted(of: Codes, value: Codes, given: Flags) -> Flags:
    """Rows whose group gives more than one value; every row that gives one, where most groups do so.

    Parameters
    ----------
    of, value
        Number of each row's group and of its value, as `group` gives them; shape ``(n,)``.
    given
        Rows that give a value. A group with a single such row has nothing to disagree with.

    Notes
    -----
    Where most groups disagree, those that do not agree by chance: the column does not belong to these rows.
    """
    pairs = np.unique(np.column_stack([of[given], value[given]]), axis=0)
    size = int(of.max(initial=-1)) + 1
    several = np.bincount(pairs[:, 0], minlength=size) > 1
    compared = np.bincount(of[given], minlength=size) > 1
    if several.sum() > MOST * max(int(compared.sum()), 1):
        return given.copy()
    return np.asarray(several[of] & given, dtype=bool)
