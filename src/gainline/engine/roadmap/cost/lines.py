"""What using a tool costs in all: the lines of total cost of ownership, so that none is forgotten in silence."""

from __future__ import annotations

from enum import StrEnum


class Line(StrEnum):
    """A line of total cost of ownership.

    Source: after the lists of CoSN's and Gartner's total cost of ownership for schools and of Digital Promise.
    """

    HARDWARE = "hardware"
    ACCESSORIES = "accessories"
    SPARES = "spares"
    NETWORK = "network"
    LICENSES = "licenses"
    INTEGRATION = "integration"
    PRIVACY_REVIEW = "privacy_review"
    HELP_DESK = "help_desk"
    REPAIRS = "repairs"
    INSURANCE = "insurance"
    ELECTRICITY = "electricity"
    TRAINING = "training"
    RELEASE_TIME = "release_time"
    COACHING = "coaching"
    INDIRECT_LABOR = "indirect_labor"
    CONTENT = "content"
    ACCESSIBILITY = "accessibility"
    EVALUATION = "evaluation"
    DOWNTIME = "downtime"
    DATA_EXPORT = "data_export"
    REFRESH = "refresh"
    DISPOSAL = "disposal"
    EXIT = "exit"
