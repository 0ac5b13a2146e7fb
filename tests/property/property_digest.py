"""Prints the digest of one evaluation per design; run in processes of their own by ``test_evidence_invariance``."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from design_frames import cutoff_frame, cutoff_plan, over_time, series_frame, synthetic_frame
from evidence_frames import MATCHED, carried, cluster_frame, make_plan, volunteer_frame
from gainline.engine.evidence import evaluate
from gainline.engine.ledger import digest, settle
from over_time_frames import district, plan_for  # noqa: F401 - the world's plans belong to its frames

METHODS = ("nearest", "optimal", "full", "cardinality", "entropy", "overlap")


def designs() -> Iterator[tuple[str, Any, Any]]:
    yield "randomized", make_plan(), cluster_frame(schools=12, size=25)
    holed = volunteer_frame(schools=12, size=30)
    for method in METHODS:
        yield method, make_plan(**{**MATCHED, "design": {**MATCHED["design"], "matching": {"method": method}}}), holed
    holed.numbers["fall"][:: len(holed) // 20] = np.nan
    yield "imputed", make_plan(**MATCHED, missing="multiple_imputation"), holed
    yield "cutoff", cutoff_plan(), cutoff_frame(n=1500)
    yield "interrupted_series", over_time("interrupted_series", 36), series_frame()
    yield "synthetic_control", over_time("synthetic_control", 18), synthetic_frame()
    for kind in ("differences", "stepped_wedge"):
        plan, frame, _ = district(kind=kind, per_grade=20)
        yield kind, plan, frame


def main() -> None:
    for name, plan, frame in designs():
        print(name, digest(settle(evaluate(plan, frame, **carried()).to_json_value())))
