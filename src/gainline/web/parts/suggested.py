"""A field of text that offers what the records know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Suggested(forms.TextInput):
    """A field of text that suggests what the records know, and takes anything else as well."""

    suggestions: Sequence[str] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ANN401
        """The field and its list."""
        shown = super().render(name, value, {**(attrs or {}), "list": f"known_{name}"}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.suggestions))
        return format_html('{}<datalist id="known_{}">{}</datalist>', shown, name, options)
