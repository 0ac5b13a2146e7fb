"""How many assignments chance could have drawn, and how small a p-value they allow."""

from __future__ import annotations

import numpy as np
from scipy import special

from gainline.engine.pilots.assignment import Arms, block_codes


def log10_possible(arms: Arms, blocks: tuple[str, ...]) -> float:
    """The power of ten of how many assignments have the same numbers in each block: a product of multinomials."""
    codes, total = block_codes(blocks), 0.0
    for block in range(int(codes.max(initial=-1)) + 1):
        counts = np.bincount(arms[codes == block])
        total += float(special.gammaln(counts.sum() + 1) - special.gammaln(counts + 1).sum())
    return total / float(np.log(10.0))


def smallest_p(log10_count: float, arms: Arms, blocks: tuple[str, ...]) -> float:
    """The smallest two-sided p-value of a randomization test over so many assignments.

    Where both arms have equal numbers in every block, each assignment has a mirror image that is just as far from
    zero, so that the smallest is 2 out of all.
    """
    codes = block_codes(blocks)
    counts = [np.bincount(arms[codes == block], minlength=2) for block in range(int(codes.max(initial=-1)) + 1)]
    mirrored = all(len(count) == 2 and count[0] == count[1] for count in counts)
    return min(1.0, (2.0 if mirrored else 1.0) * float(10.0**-log10_count))


def remaining_variance(rank: int, bound: float) -> float:
    """Part of the covariates' chance imbalance that is left when distances up to the bound are accepted.

    ``rank`` is the number of independent covariates. Source: Morgan and Rubin (2012), theorem 3.1:
    ``v = P(chi2_{K+2} <= a) / P(chi2_K <= a)``.
    """
    if rank == 0 or np.isinf(bound):
        return 1.0
    inside = float(special.gammainc(rank / 2.0, bound / 2.0))
    return float(special.gammainc(rank / 2.0 + 1.0, bound / 2.0)) / inside if inside > 0.0 else 0.0


def bound_of(rank: int, acceptance: float) -> float:
    """The distance that this share of draws stays within when there are many units: a quantile of chi-squared."""
    return 2.0 * float(special.gammaincinv(rank / 2.0, acceptance))
