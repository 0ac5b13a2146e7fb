"""The version of the code, as evidence names it."""

VERSION = "0.1.0"
