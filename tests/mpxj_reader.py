"""The independent reader of planning files: MPXJ, a Java library, in this process."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


def read_with_mpxj(path: Path) -> Any:
    """The project as MPXJ reads it; skips with the reason where Java or MPXJ is absent."""
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine, which the independent reader needs")
    jpype = pytest.importorskip("jpype", reason="jpype1 is not installed")
    mpxj = pytest.importorskip("mpxj", reason="mpxj is not installed")
    if not jpype.isJVMStarted():
        jpype.startJVM("-Xmx256m", classpath=[str(Path(mpxj.__file__).parent / "lib" / "*")])
    return jpype.JClass("org.mpxj.reader.UniversalProjectReader")().read(str(path))
