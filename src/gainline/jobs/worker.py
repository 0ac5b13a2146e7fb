"""The worker of `gainline serve`: carries out what waits, keeps the clockwork going and shows that it lives."""

from __future__ import annotations

import logging
import os
import threading
from datetime import timedelta

import django
from django.core.management import call_command
from django.db import close_old_connections

LOG = logging.getLogger("gainline.worker")
BEAT_EVERY = 15.0  # seconds
JUST_STARTED = timedelta(seconds=0)


def main() -> None:
    """Run until the process is told to end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
    django.setup()
    from gainline.services import queue  # after Django is set up

    queue.give_up_lost(silent_for=JUST_STARTED)  # one worker per home: what still runs has lost its own
    threading.Thread(target=_keep_beating, daemon=True).start()
    call_command("db_worker", interval=0.5, startup_delay=False, verbosity=0)


def _keep_beating(stop: threading.Event | None = None) -> None:
    from gainline.jobs import clockwork  # after Django is set up
    from gainline.services import working

    stopped = stop or threading.Event()
    while not stopped.is_set():
        try:
            close_old_connections()
            working.beat()
            clockwork.run_due()
        except Exception:
            LOG.exception("the clockwork missed a beat")
        stopped.wait(BEAT_EVERY)


if __name__ == "__main__":
    main()
