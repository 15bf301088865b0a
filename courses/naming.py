"""Names stand in one line, wherever they come from: pages, mails and tables rely on it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db import models

# What ends a line or is no character to be read: the controls of ASCII and Latin-1, and Unicode's ends of lines.
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What turns the direction of everything after it around, unless something ends it.
TURNS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def in_a_line(words: str) -> str:
    """Return words without line breaks and other control characters: a space stands for each of them."""
    parts = (part.strip() for part in BREAKS.split(words.translate(TURNS)))
    return " ".join(part for part in parts if part)


class OneLineField(forms.CharField):
    """Asks for words in one line, and makes them so."""

    def to_python(self, value: Any) -> Any:
        return in_a_line(super().to_python(value) or "")


class OneLine(models.CharField):
    """Keeps words in one line, such as a name. What was kept before stays as it is until it is saved again."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = in_a_line(value)
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """To a database it is as any other words, so that nothing has to be migrated."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**({"form_class": OneLineField} | kwargs))
