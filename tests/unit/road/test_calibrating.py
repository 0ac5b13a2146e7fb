"""Calibrating: the frame stands for the whole road, rows depend on nothing but their seed, stopped runs go on."""

import json

import pytest

from gainline.engine.core.errors import Missing, UserFixable
from gainline.road.calibrating import SEED, Run, Task, Through, calibrate, chosen, run_world
from terminal import gainline


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def bare(found):
    return [{name: value for name, value in row.items() if name != "code"} for row in found]


@pytest.mark.parametrize("cell", ["lot-8-half", "use-S3"])
def test_a_world_gives_the_same_row_through_its_files_as_through_its_frame(cell):
    frame, files = (run_world(Task(cell, 0, 77, through)) for through in Through)
    assert files == frame


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["lot-8-sixth", "lot-24-half", "groups", "use-S1", "use-S2-null"])
@pytest.mark.parametrize("world", range(3))
def test_more_worlds_give_the_same_row_through_their_files_as_through_their_frame(cell, world):
    frame, files = (run_world(Task(cell, world, SEED, through)) for through in Through)
    assert files == frame


def test_one_process_and_two_write_the_same_rows_in_the_same_order(tmp_path):
    wanted = chosen(["looks", "lot-8-half-null"])
    for jobs in (1, 2):
        calibrate(wanted, Run(worlds=3, seed=5, jobs=jobs, out=tmp_path / f"{jobs}.jsonl"))
    one, two = bare(rows(tmp_path / "1.jsonl")), bare(rows(tmp_path / "2.jsonl"))
    assert one == two
    assert [(row["cell"], row["world"]) for row in one][:4] == [
        ("looks", 0),
        ("looks", 1),
        ("looks", 2),
        ("lot-8-half-null", 0),
    ]


def test_a_run_that_was_stopped_in_the_middle_of_a_line_goes_on_where_it_was(tmp_path):
    out, wanted = tmp_path / "rows.jsonl", chosen(["looks"])
    whole = calibrate(wanted, Run(worlds=4, seed=5, out=out))
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:2]) + lines[2][:30], encoding="utf-8")
    told = []
    again = calibrate(wanted, Run(worlds=4, seed=5, out=out), progress=lambda *step: told.append(step))
    assert again == whole
    assert [step[1:] for step in told] == [(1, 2), (2, 2)]
    calibrate(wanted, Run(worlds=4, seed=5, out=out), progress=lambda *step: told.append(step))
    assert len(told) == 2  # nothing was left to do


def test_rows_of_another_seed_do_not_count(tmp_path):
    out = tmp_path / "rows.jsonl"
    calibrate(chosen(["looks"]), Run(worlds=2, seed=5, out=out))
    calibrate(chosen(["looks"]), Run(worlds=2, seed=6, out=out))
    assert [row["seed"] for row in rows(out)] == [5, 5, 6, 6]


def test_a_name_with_a_star_stands_for_all_cells_that_begin_so():
    assert {cell.key[:4] for cell in chosen(["lot-*"])} == {"lot-"}
    assert len(chosen(["lot-*", "looks"])) == 13
    with pytest.raises(Missing, match="no cell"):
        chosen(["dice"])


def test_no_worlds_at_all_are_turned_down():
    with pytest.raises(UserFixable, match="counted from 1"):
        calibrate(chosen(["looks"]), Run(worlds=0))


def test_the_command_prints_a_table_on_stdout_and_says_which_bars_are_met():
    ran = gainline("calibrate", "--cells", "looks", "--cells", "lot-8-half", "--worlds", 2, "--jobs", 1)
    assert ran.code == 0
    assert "lot-8-half" in ran.out
    assert "coverage" in ran.out
    assert "Met: looks: ever excluded" in ran.err


def test_the_command_gives_every_figure_as_json():
    ran = gainline("calibrate", "--cells", "looks", "--worlds", 2, "--jobs", 1, "--format", "json")
    found = json.loads(ran.out)
    assert [cell["cell"] for cell in found["cells"]] == ["looks"]
    assert {"figure", "value", "error", "bar", "met"} == set(found["cells"][0]["figures"][0])


def test_an_unknown_cell_is_named_with_those_that_exist():
    ran = gainline("calibrate", "--cells", "dice")
    assert ran.code == 13
    assert "lot-8-half" in ran.err
