"""Local polynomials at a cutoff, as weights on the outcomes: the one piece that everything about a cutoff is made of.

Source: Fan and Gijbels (1996), chapter 3; Abadie and Imbens (2006) for residuals from nearest neighbors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.evidence.frame import Floats

MATCHES = 3  # nearest neighbors whose mean stands in for the unknown regression line


@dataclass(frozen=True, slots=True)
class Side:
    """The students on one side of a cutoff, in the order of their distance to the left and right of it.

    ``x`` is the score minus the cutoff, sorted; ``y`` what is averaged; both of shape ``(n,)``.
    """

    x: Floats
    y: Floats

    def within(self, h: float) -> Side:
        """The students strictly nearer than ``h``."""
        near = np.abs(self.x) < h
        return Side(self.x[near], self.y[near])


def triangular(x: Floats, h: float) -> Floats:
    """The triangular kernel, which is the best one at a boundary; 1 at the cutoff, 0 from ``h`` on."""
    return np.maximum(1.0 - np.abs(x) / h, 0.0)


def steps(x: Floats, h: float, order: int, derivative: int) -> Floats:
    """Weights a, shape ``(n,)``, with which the local polynomial's coefficient of ``x**derivative`` is a'y.

    Assumes
    -------
    More distinct values of x within ``h`` than the order.
    """
    u, w = x / h, triangular(x, h)
    powers = np.vander(u, order + 1, increasing=True)
    q, r = np.linalg.qr(powers * np.sqrt(w)[:, None])
    picked = np.zeros(order + 1)
    picked[derivative] = 1.0
    found: Floats = np.sqrt(w) * (q @ np.linalg.solve(r.T, picked)) / h**derivative
    return found


def residuals(side: Side) -> Floats:
    """Each outcome minus the mean of its nearest neighbors by score, ties all counted, scaled to the right variance.

    Source: Abadie and Imbens (2006), equation 14; Calonico, Cattaneo and Titiunik (2014), section 5.
    """
    x, y = side.x, side.y
    n = len(x)
    if n < 2:
        return np.zeros(n)
    reach = _reach(x)
    slack = 1e-12 * max(float(np.abs(x).max()), 1e-300)
    first = np.searchsorted(x, x - reach - slack, side="left")
    last = np.searchsorted(x, x + reach + slack, side="right")
    sums = np.concatenate([[0.0], np.cumsum(y - y.mean())])
    others = (last - first - 1).astype(float)
    mean = (sums[last] - sums[first] - (y - y.mean())) / others
    found: Floats = np.sqrt(others / (others + 1.0)) * (y - y.mean() - mean)
    return found


def _reach(x: Floats) -> Floats:
    """How far each score's third nearest neighbor is; fewer neighbors where the side is that small."""
    n = len(x)
    matches = min(MATCHES, n - 1)
    padded = np.concatenate([np.full(matches, -np.inf), x, np.full(matches, np.inf)])
    offsets = [k for k in range(-matches, matches + 1) if k]
    apart = np.abs(np.column_stack([padded[matches + k : matches + k + n] for k in offsets]) - x[:, None])
    found: Floats = np.sort(apart, axis=1)[:, matches - 1]
    return found
