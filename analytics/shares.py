"""What was given as the first answer to one question, by how many, and how good they are elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.choices import CHOSEN, is_right, label_of, options_of
from analytics.definitions import ENOUGH_FIRSTS
from analytics.items import Item
from analytics.models import ChoiceTotal
from courses.models import QuestionVersion

MOST_TYPED = 12  # different typed answers
FEWEST_ALIKE = 2  # people who typed the same, before it is shown: nobody's own words


@dataclass(frozen=True)
class Share:
    """One choice (its label is Markdown), and who gave it."""

    label: str
    is_key: bool | None
    times: int
    percent: float
    elsewhere: float | None  # mean success of those who gave it, on other questions, in percent
    is_offered: bool  # in the version of today


def shares_of(item: Item, versions: Sequence[QuestionVersion]) -> list[Share]:
    """Return every choice of the question, or what was typed most; nothing while there is not enough data."""
    if not item.statistics.is_enough:
        return []
    offered = [option.key for option in options_of(item.content)]
    totals = {total.choice: total for total in _given(item)}
    keys = offered + [key for key in totals if key not in offered]
    return [_share(key, totals.get(key), key in offered or not offered, item, versions) for key in keys]


def _given(item: Item) -> list[ChoiceTotal]:
    given = item.question.choice_totals.filter(is_simulated=item.is_simulated).order_by("-times", "choice")
    return list(given if item.question.kind in CHOSEN else given.filter(times__gte=FEWEST_ALIKE)[:MOST_TYPED])


def _share(
    key: str, total: ChoiceTotal | None, is_offered: bool, item: Item, versions: Sequence[QuestionVersion]
) -> Share:
    times = total.times if total else 0
    return Share(
        label=label_of(key, [version.content for version in versions]),
        is_key=is_right(key, item.content),
        times=times,
        percent=100 * times / item.statistics.firsts,
        elsewhere=100 * total.rest / total.pairs if total and total.pairs >= ENOUGH_FIRSTS else None,
        is_offered=is_offered,
    )
