"""The known leaks of fences by scope, each tried on our tables: none of them tells or writes across districts."""

from __future__ import annotations

import ast
from pathlib import Path
from threading import Thread

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import IntegrityError, transaction
from django.db.models import Count, ForeignKey, QuerySet
from django_scopes.exceptions import ScopeError

from builders.thread import a_district, a_thread
from gainline.engine.core.errors import Conflict
from gainline.store.models.aims import Aim, AimMeasure
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District, Organization
from gainline.store.tenancy import across_districts, within

ROOMS = [
    Path(__file__).resolve().parents[2] / "src" / "gainline" / name for name in ("services", "web", "jobs", "store")
]
PAST_THE_FENCE = {"_base_manager", "raw", "cursor", "scopes_disabled", "bulk_create", "extra", "RawSQL"}
MAY = {
    "tenancy.py": {"scopes_disabled"},
    "fences.py": {"cursor"},
    "health.py": {"cursor"},
    "purging.py": {"cursor"},  # rewrites the database's file, and reads no row
    "upgrading.py": {"cursor"},  # says when PostgreSQL looks at its keys, and reads no row
    "handovers.py": {"bulk_create"},  # one disclosure a student; each row names the district of its handover
}
ACROSS = {
    "tokens.py", "letters.py", "governance.py", "queue.py", "demo_district.py", "people.py",
    "audits.py", "consents.py", "openly.py", "handovers.py", "purging.py",  # the clock, links that say whose they are
    "retention.py",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["bare", pytest.param("rich", marks=pytest.mark.slow)])
def two(request):
    """A district with a row of each table by its model, and another one; bare rows, or those of a whole year."""
    if request.param == "bare":
        ours, theirs = a_district(), a_district("Hillview")
        return ours, a_thread(ours), theirs, a_thread(theirs)
    rich = request.getfixturevalue("rich")
    ours, theirs = rich.cast.district, rich.other.district
    return ours, rows_of(ours), theirs, rows_of(theirs)


def rows_of(district):
    """One row of each table that has any in a district."""
    with across_districts(why="a test looks at every district"):
        found = {model: model._base_manager.filter(district=district).order_by("pk").first() for model in tables()}
    return {model: row for model, row in found.items() if row is not None}


def tables():
    models = apps.get_app_config("store").get_models()
    return [model for model in models if any(field.name == "district" for field in model._meta.concrete_fields)]


def keys_of(model):
    return [one for one in model._meta.concrete_fields if isinstance(one, ForeignKey) and one.name != "district"]


def test_no_key_leads_out_so_following_one_never_does(two):
    ours, own, _, foreign = two
    with within(ours.pk), transaction.atomic(), pytest.raises(IntegrityError, match="ST003"):
        Cycle.objects.filter(pk=own[Cycle].pk).update(aim=foreign[Aim])


def test_rows_made_in_bulk_do_not_hang_on_another_districts(two):
    ours, own, _, foreign = two
    made = AimMeasure(
        aim=foreign[Aim], district=ours, kind="outcome", indicator="x", label="x", goal=1, by_when="2030-01-01"
    )
    with within(ours.pk), transaction.atomic(), pytest.raises(IntegrityError, match="ST003"):
        AimMeasure.objects.bulk_create([made])
    assert own


def test_rows_are_not_moved_to_another_district(two):
    ours, own, theirs, _ = two
    with within(ours.pk), transaction.atomic(), pytest.raises(IntegrityError, match="ST003"):
        Aim.objects.filter(pk=own[Aim].pk).update(district=theirs)
    own[Aim].district = theirs
    with within(ours.pk), pytest.raises(Conflict, match="ST001"):
        own[Aim].save()


def test_the_district_has_no_way_down_to_rows(two):
    ours, *_ = two
    with within(ours.pk):
        assert District.objects.count() == 1
        for name in ("aim", "aims", "account", "cycle", "organization"):
            with pytest.raises(FieldError):
                District.objects.values(f"{name}__pk").first()


def test_ways_back_and_sums_along_them_stay_inside(two):
    ours, own, theirs, _ = two
    with within(ours.pk):
        assert own[Cycle].pk in {one.pk for one in own[Aim].cycles.all()}
        assert {one.district_id for one in own[Aim].cycles.all()} == {ours.pk}
        assert Aim.objects.aggregate(n=Count("cycles"))["n"] == Cycle.objects.count()
        assert Organization.objects.filter(district=theirs).count() == 0
        fetched = [one for aim in Aim.objects.prefetch_related("cycles") for one in (aim, *aim.cycles.all())]
        assert {one.district_id for one in fetched} == {ours.pk}


def test_no_row_of_any_table_is_found_from_another_district(two):
    ours, _, _, foreign = two
    for model in set(tables()) & set(foreign):
        door = getattr(model, "colleagues", None) or model.objects
        with within(ours.pk):
            assert not door.filter(pk=foreign[model].pk).exists(), model
            assert not door.exclude(district=ours).exists(), model


def test_every_key_of_every_row_leads_home(two):
    with across_districts(why="a test looks at every district"):
        for model in tables():
            for row in model._base_manager.all():
                led = [getattr(row, one.name) for one in keys_of(model)]
                assert {getattr(one, "district_id", row.district_id) for one in led if one} <= {row.district_id}, model


def test_no_row_of_any_table_is_moved_to_another_district(two):
    ours, own, theirs, _ = two
    moved = []
    for model in set(tables()) & set(own):
        with within(ours.pk), transaction.atomic():
            try:
                with transaction.atomic():
                    QuerySet(model).filter(pk=own[model].pk).update(district=theirs)
                moved.append(model.__name__)
            except IntegrityError:
                pass
            transaction.set_rollback(True)
    assert moved == []


def test_nothing_leads_from_the_district_down_in_any_table():
    assert [one for one in District._meta.get_fields() if one.auto_created and not one.concrete] == []


def test_a_new_thread_starts_outside_of_every_district(two):
    ours, *_ = two
    seen = []

    def look():
        try:
            seen.append(Aim.objects.count())
        except ScopeError:
            seen.append("fenced")

    with within(ours.pk):
        thread = Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["fenced"]


def test_nothing_but_the_fence_itself_reaches_past_it():
    found = {}
    for path in (path for room in ROOMS for path in room.rglob("*.py") if "migrations" not in path.parts):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"scopes_disabled", "RawSQL"}
        if over := names & PAST_THE_FENCE - MAY.get(path.name, set()):
            found[path.name] = over
    assert found == {}


def test_who_looks_across_districts_is_listed_here():
    services = ROOMS[0].glob("*.py")
    assert {one.name for one in services if "across_districts(" in one.read_text(encoding="utf-8")} <= ACROSS
    assert not any("across_districts(" in one.read_text(encoding="utf-8") for one in ROOMS[1].rglob("*.py"))
