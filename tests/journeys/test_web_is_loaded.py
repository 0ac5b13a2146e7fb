"""What `gainline serve` gives to its server processes is loaded whole before it listens, and no more than that."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
import gainline.config.wsgi
from django.urls import get_resolver
views = {name for name in sys.modules if name.startswith("gainline.web.pages.") and name.endswith(".urls")}
before = set(sys.modules)
list(get_resolver().reverse_dict)
unneeded = {"altair", "typer", "statsmodels", "sklearn"} & set(sys.modules)
print(len(views), len(set(sys.modules) - before), *sorted(unneeded))
"""


@pytest.mark.slow
def test_every_page_is_loaded_before_the_first_request_and_nothing_that_no_page_needs(tmp_path):
    kept = os.environ | {"GAINLINE_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "gainline.config.settings"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=kept, capture_output=True, text=True, check=True)
    pages, later, *unneeded = done.stdout.split()
    assert int(pages) >= 12
    assert (later, unneeded) == ("0", [])
