"""Numbers in words, and addresses that keep the filters."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from adaptive.rules import Firing
from analytics import attention
from analytics.definitions import Definition
from analytics.heat import Cell
from analytics.statistics import Estimate

register = template.Library()
THIN = "\u202f"


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changes: Any) -> str:
    """This page's own address with other filters: an empty value leaves one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], name: str, number: int) -> str:
    return address(context, **{name: number})


@register.simple_tag
def heat_cells(cells: Iterable[Cell]) -> SafeString:
    """Cells as components/heat_cell.html draws them, all at once: a template for each would cost more than the page."""
    return format_html_join(
        "",
        '<td class="heat-cell{}" data-step="{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></td>',
        ((" is-unsure" if c.unsure else "", c.step, c.label, c.text or "·", c.label) for c in cells),
    )


@register.filter
def words_of(notice: Firing) -> str:
    """What a rule noticed."""
    return attention.words_of(notice)


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1."""
    return "–" if share is None else f"{round(100 * share)}{THIN}%"


@register.filter
def between(found: Estimate | None) -> str:
    """The interval of a share."""
    return f"{round(100 * found.low)}–{round(100 * found.high)}{THIN}%" if found else ""


@register.filter
def decimals(number: float | str | None) -> str:
    """A number with two decimals, a real minus before it when it is below 0 even then."""
    return "–" if not isinstance(number, float) else number_format(round(number, 2) + 0.0, 2).replace("-", "−")


@register.filter
def hundred(share: float) -> float:
    """A share from 0 to 1 as a place on an axis from 0 to 100."""
    return round(100 * share, 1)


@register.filter
def signed(number: float | None) -> str:
    """How far something moved, rounded, always with its sign."""
    if number is None:
        return "–"
    rounded = round(number, 1) if abs(number) < 10 else round(number)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{number_format(abs(rounded))}"


@register.filter
def duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%d s") % round(seconds)
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


@register.filter
def ago(then: datetime, now: datetime) -> str:
    """How many days lie between, in words."""
    days = (now.date() - then.date()).days
    if days < 2:
        return _("yesterday") if days == 1 else _("today")
    return _("%d days ago") % days


@register.filter
def entry(values: dict[str, Any], key: str) -> Any:
    """What stands under a key that only the template knows."""
    return values.get(key, "")


@register.filter
def explained(definition: Definition) -> dict[str, Any]:
    return definition.as_context()
