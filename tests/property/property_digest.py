"""Prints one digest per design; run in processes of their own by ``test_evidence_invariance``."""

import hashlib
import json

from evidence_frames import MATCHED, carried, cluster_frame, make_plan, volunteer_frame
from gainline.engine.evidence import evaluate


def main() -> None:
    for plan, frame in (
        (make_plan(), cluster_frame(schools=12, size=25)),
        (make_plan(**MATCHED), volunteer_frame(schools=12)),
    ):
        text = json.dumps(evaluate(plan, frame, **carried()).to_json_value())
        print(hashlib.sha256(text.encode()).hexdigest())
