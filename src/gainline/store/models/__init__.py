"""The tables, one file per aggregate; only the store and the services import from here."""

from gainline.store.models.accounts import Account
from gainline.store.models.districts import District

__all__ = ["Account", "District"]
