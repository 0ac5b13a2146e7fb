"""Rules of state and federal agencies as policies of the exit, for districts that are held to them.

An agency's rule says what is hidden at least; what protects it is the exit's own audit, which asks more than "hide the
next smallest, too".

Source: New York, Wisconsin, Delaware and Colorado as their reporting rules were read; the federal EDFacts bands, and
Utah's tails for groups under 40, are from memory and were not read in the original: see each policy's ``source``.
"""

from __future__ import annotations

from gainline.engine.privacy.policy import BANDS, BandRule, Policy

ANY_SIZE = 10_000_000
NEW_YORK = Policy(
    5, 4, source="New York: groups under 5 and what gives them away are hidden; one total of small groups"
)
WISCONSIN = Policy(6, 5, source="Wisconsin: 5 or fewer are hidden; of two categories both, and their total is shown")
COLORADO = Policy(4, 3, source="Colorado 2016: under 4 at a level, and across the schools of a district")
DELAWARE = Policy(
    16, 5, (BandRule(ANY_SIZE, 1, 5),), source="Delaware: 15 or fewer are hidden; over 95 and under 5 percent are tails"
)
UTAH = Policy(
    11,
    5,
    (
        BandRule(19, 1, 20),
        BandRule(39, 1, 10),
        BandRule(99, 1, 5),
        BandRule(299, 1, 2),
        BandRule(ANY_SIZE, 1, 1),
    ),
    source="Utah's data gateway: 10 or fewer are hidden; tails by size, those of groups under 40 from memory",
)
EDFACTS = Policy(6, 5, BANDS, source="EDFacts public files, from memory: 5 or fewer are hidden; bands by size")
WITHOUT_N = (DELAWARE, UTAH)
"""Tails alone hide a count only where the size of the group is not printed."""
