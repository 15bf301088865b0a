"""Shares as the flight page writes them."""

from django import template

register = template.Library()
THIN = "\u202f"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1, in words."""
    return "–" if share is None else f"{round(100 * share)}{THIN}%"


@register.filter
def in_hundred(share: float) -> float:
    """A share from 0 to 1, as part of 100."""
    return round(100 * share, 1)
