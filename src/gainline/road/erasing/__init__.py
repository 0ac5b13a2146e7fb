"""Erasing: people go from the whole workspace, with a certificate that names none of them."""

from gainline.road.erasing.certificate import Certificate
from gainline.road.erasing.erase import Order, Preview, erase, preview, resume, would_name
from gainline.road.erasing.kept import kept_by, kept_of, said_of
from gainline.road.erasing.lookup import people_named, people_under

__all__ = [
    "Certificate",
    "Order",
    "Preview",
    "erase",
    "kept_by",
    "kept_of",
    "people_named",
    "people_under",
    "preview",
    "resume",
    "said_of",
    "would_name",
]
