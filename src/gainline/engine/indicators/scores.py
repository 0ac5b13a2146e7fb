"""Scores: a student's level, gain and place among students who started alike, from results on named forms."""

from __future__ import annotations

import ibis

from gainline.engine.indicators.computing import Gain, GrowthPercentile, Mastery, Score, StandardizedGain
from gainline.engine.indicators.facts import in_sections, latest_results, result_rows
from gainline.engine.indicators.request import Request


def score(request: Request, shape: Score) -> ibis.Table:
    """Score on the form."""
    rows = result_rows(request, request.where.get("form", (shape.form,)))
    return rows.group_by(request.keys).agg(value=rows.score.mean())


def mastery(request: Request, shape: Mastery) -> ibis.Table:
    """1.0 where the score on the form reaches the cut, else 0.0."""
    rows = result_rows(request, request.where.get("form", (shape.form,)))
    reached = ibis.ifelse(rows.score.mean() >= request.params["cut_score"], 1, 0)
    return rows.group_by(request.keys).agg(value=reached.cast("float64"))


def gain(request: Request, shape: Gain) -> ibis.Table:
    """Score on the later form minus score on the earlier one; null unless the student has both."""
    pre, post = request.where.get("form", (shape.pre, shape.post))
    rows = result_rows(request, (pre, post))
    after, before = (rows.score.mean(where=rows.form == form) for form in (post, pre))
    return rows.group_by(request.keys).agg(value=after - before)


def standardized_gain(request: Request, shape: StandardizedGain) -> ibis.Table:
    """The gain over the standard deviation (n - 1) of the earlier scores of everybody who sat both forms."""
    both = _both_forms(request, request.where.get("form", (shape.pre, shape.post)))
    spread = both.before.std(how="sample").over(ibis.window())
    return _by_keys(request, both.mutate(value=(both.after - both.before) / spread.nullif(0)))


def growth_percentile(request: Request, shape: GrowthPercentile) -> ibis.Table:
    """Mid-rank percentile, 0 to 100, of the later score among the students of one band of earlier scores.

    Bands hold equally many students, but students of one earlier score are never parted: a student's band goes by how
    many started lower.
    """
    both = _both_forms(request, request.where.get("form", (shape.pre, shape.post)))
    place = ibis.rank().over(ibis.window(order_by=both.before)).cast("float64")  # how many started lower
    share = place * float(request.params["bands"]) / both.count().over(ibis.window()).nullif(0)
    banded = both.mutate(band=share.floor().cast("int64"))
    below = ibis.rank().over(ibis.window(group_by="band", order_by=banded.after)).cast("float64")
    alike = banded.count().over(ibis.window(group_by=["band", "after"])).cast("float64")
    peers = banded.count().over(ibis.window(group_by="band"))
    ranked = banded.mutate(value=(below + alike / ibis.literal(2.0)) * 100.0 / peers.nullif(0))
    return _by_keys(request, ranked)


def _both_forms(request: Request, forms: tuple[str, ...]) -> ibis.Table:
    """Everybody with a score on both forms, filtered out or not: person, `before`, `after`."""
    pre, post = forms
    rows = request.table("results")
    rows = rows.filter(rows.assessment.isin(request.where["assessment"]), rows.form.isin(forms), rows.score.notnull())
    rows = latest_results(rows)
    after, before = (rows.score.mean(where=rows.form == form) for form in (post, pre))
    both = rows.group_by("person_key").agg(before=before, after=after)
    return both.filter(both.before.notnull(), both.after.notnull())


def _by_keys(request: Request, values: ibis.Table) -> ibis.Table:
    values = in_sections(request, values) if "section_id" in request.axes else values
    return values.select(*request.keys, "value")
