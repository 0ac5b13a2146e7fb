"""Six ways to count few schools, on calibration worlds without an effect: how often each claims one.

Run it with: python benchmarks/few_schools.py [WORLDS]
Each line is a kind of district; the same worlds serve all ways. A rate above 0.065 claims too much, below 0.035 gives
power away.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.designs.randomized import prepare, sample
from gainline.engine.evidence.estimate import regress
from gainline.engine.evidence.inference.distributions import t_p_value
from gainline.engine.evidence.inference.linear import Columns
from gainline.engine.evidence.inference.mixed import random_intercepts
from gainline.engine.evidence.inference.randomization import randomization_test
from gainline.engine.evidence.inference.wild import wild_bootstrap
from gainline.engine.evidence.sample import TOOL
from gainline.engine.worlds.calibration import CalibrationSpec, district, plan, to_frame
from gainline.road.calibrating import SEED

DRAWS = 999
WAYS = ("CR2 Satterthwaite", "CR1 t(G-1)", "CR1 normal", "REML Satterthwaite", "wild bootstrap", "redrawing")


def claims(spec: CalibrationSpec, seed: int) -> list[float]:
    """The p of each way on one world; NaN where a way gives none."""
    registered = plan(spec)
    frame = to_frame(district(spec, seed=seed), registered)
    lottery = prepare(registered, frame)
    taken = sample(frame, registered.primary, lottery)
    found = regress(taken)
    tool = Columns((TOOL,), taken.tool.astype(float)[:, None])
    mixed = random_intercepts(taken.y, taken.others.beside(tool), taken.clusters, needed=[TOOL])
    wild = wild_bootstrap(found.fit, taken.clusters, TOOL, draws=DRAWS, seed=seed)
    y = np.where(lottery.usable, frame.outcomes[registered.primary.key], np.nan)
    drawn = randomization_test(y, lottery.others, lottery.drawn, draws=DRAWS, seed=seed)
    usual = found.usual_practice
    return [
        found.effect.p,
        usual.p,
        t_p_value(usual.estimate / usual.std_error, 1e9),
        np.nan if isinstance(mixed, Refusal) else mixed.effect(TOOL).p,
        wild.p,
        drawn.p,
    ]


def main() -> None:
    """Print one line per kind of district."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    null = CalibrationSpec(effect=0.0)
    print(f"{worlds} worlds each; the Monte Carlo error of 0.05 is {(0.05 * 0.95 / worlds) ** 0.5:.3f}")
    print("schools  with the tool  " + "  ".join(WAYS))
    for schools in (8, 12, 24):
        for share in (0.5, 1 / 6):
            spec = replace(null, schools=schools, share=share)
            p = np.array([claims(spec, SEED + world) for world in range(worlds)])
            rates = [f"{np.mean(column <= 0.05):.3f}" if not np.isnan(column).any() else "none" for column in p.T]
            print(
                f"{schools:7}  {spec.treated:13}  "
                + "  ".join(f"{r:>{len(w)}}" for r, w in zip(rates, WAYS, strict=True))
            )


if __name__ == "__main__":
    main()
