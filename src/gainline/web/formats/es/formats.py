"""Separators of numbers: as in Puerto Rico and Mexico, and as every brief and chart has them (`reports.numbers`).

With Spain's, a page would write 24 299 beside a chart that writes 24,299, and 1,5 where a brief means one and a half.
"""

from __future__ import annotations

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
