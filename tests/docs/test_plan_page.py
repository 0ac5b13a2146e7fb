"""The plan shown in the documentation is a plan that could be registered, and the page explains every key."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from gainline.engine.core.toml_lines import toml_lines
from gainline.engine.pilots import check_plan, parse_plan
from gainline.engine.pilots import plan as plan_module

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "the-plan.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_whole_plan_of_the_page_has_nothing_against_it():
    whole = BLOCKS[0]
    plan, issues = parse_plan(whole, file="the-plan.md")
    assert issues == []
    assert plan is not None
    assert check_plan(plan, file="the-plan.md", text=whole, as_of=date(2026, 9, 1), indicators=()) == []


def test_every_block_of_the_page_is_toml():
    for block in BLOCKS:
        tomllib.loads(block)
        assert toml_lines(block)


def test_the_page_names_every_key_that_a_plan_may_have():
    parts = [part for part in vars(plan_module).values() if isinstance(part, type) and issubclass(part, BaseModel)]
    keys = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    text = PAGE.read_text(encoding="utf-8")
    missing = {key for key in keys if not re.search(rf"[`.\[]{key}\b|^{key} =", text, flags=re.MULTILINE)}
    assert missing - {"BaseModel"} == set()
