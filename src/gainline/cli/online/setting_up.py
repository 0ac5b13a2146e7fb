"""Django, set up for one command of the terminal, on the home that was named."""

from __future__ import annotations

import os
from pathlib import Path

from gainline.engine.core.errors import UserFixable

MODE = 0o700


def set_up(home: Path) -> None:
    """Make the home when it is missing and load Django on it.

    Raises
    ------
    UserFixable
        When the settings in the environment make no sense.
    """
    home.mkdir(parents=True, exist_ok=True, mode=MODE)
    os.environ["GAINLINE_HOME"] = str(home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
    import django  # loaded by online commands only, which takes half a second
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as fault:
        raise UserFixable(str(fault), "mend the environment, then start again") from fault
