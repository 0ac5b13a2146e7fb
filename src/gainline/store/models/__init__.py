"""The tables, one file per aggregate; only the store and the services import from here."""

from importlib import import_module
from pkgutil import iter_modules

for _found in iter_modules(__path__):  # Django knows a table once its module is read
    import_module(f"{__name__}.{_found.name}")
