"""A dated roadmap looked at: what drives its end, what moved, who carries how much, and what is spent."""

from gainline.engine.roadmap.reviewing.changes import Change, changes
from gainline.engine.roadmap.reviewing.driving import Driver, driving_chain, slack
from gainline.engine.roadmap.reviewing.load import Booking, OwnerLoad, Spending, bookings, owner_loads, spending

__all__ = [
    "Booking",
    "Change",
    "Driver",
    "OwnerLoad",
    "Spending",
    "bookings",
    "changes",
    "driving_chain",
    "owner_loads",
    "slack",
    "spending",
]
