"""Beliefs as the components draw them: a point with its band, a state, and the same in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from adaptive.adapting import Standing
from adaptive.mastery import KNOWN_SURETY, MASTERED_CHANCE, Level, SkillBelief
from adaptive.placement import told_beliefs
from adaptive.routing import Router
from adaptive.syllabus import SkillEntry
from adaptive.visiting import surety_of

NODE_WIDTH, NODE_HEIGHT, GAP_X, GAP_Y = 176, 88, 30, 28  # six columns fit into 1280 px
MARGIN, MARGIN_Y = 4, GAP_Y  # lines may pass above and below
LINE, MOST_LINES = 22, 2  # letters in a line of a title, and lines
GOAL_X = 100 * MASTERED_CHANCE
STILL = 0.005  # a smaller change of the mean is no change
A_LOT = 0.08
VERY_SURE, MOST_PERCENT = 0.9, 99

Drawing = dict[str, Any]


def band(belief: SkillBelief) -> Drawing:
    """Return a belief for mastery_band.html and mastery_badge.html."""
    low, high = belief.interval
    return {
        "state": belief.level,
        "unsure": belief.is_unsure,
        "mean_x": round(100 * belief.mean, 1),
        "low_x": round(100 * low, 1),
        "high_x": round(100 * high, 1),
        "goal_x": GOAL_X,
        "sparse": belief.is_unsure or not belief.answers,
        "text": belief.words if belief.answers else "",
    }


def skill_rows(standing: Standing, skills: Mapping[int, SkillEntry] | None = None) -> list[Drawing]:
    """Return skills for skill_list.html, those that come first before those built on them."""
    entries = standing.syllabus.skills if skills is None else skills
    beliefs = told_beliefs(standing, list(entries))
    return [
        band(beliefs[entry.id])
        | {
            "title": entry.title,
            "note": _note(standing, beliefs[entry.id]),
            "requires": [standing.syllabus.skills[before].title for before in entry.requires],
            "url": _module_url(standing, entry),
        }
        for entry in sorted(entries.values(), key=lambda entry: entry.depth)
    ]


def _note(standing: Standing, belief: SkillBelief) -> str:
    """Say where a skill counts as known that answers of its own do not tell about."""
    if belief.skill not in standing.progress.placement.known or belief.is_known:
        return ""
    return gettext("seems known, from your answers at the start")


def skill_map(standing: Standing, next_skills: tuple[int, ...] = ()) -> Drawing:
    """Lay the skills out for skill_map.html: a column for each depth of prerequisites."""
    columns: dict[int, list[SkillEntry]] = defaultdict(list)
    for entry in standing.syllabus.skills.values():
        columns[entry.depth].append(entry)
    tallest = max((len(column) for column in columns.values()), default=0)
    place = {}
    for depth, column in columns.items():
        top = (tallest - len(column)) * (NODE_HEIGHT + GAP_Y) / 2
        for row, entry in enumerate(column):
            place[entry.id] = (MARGIN + depth * (NODE_WIDTH + GAP_X), MARGIN_Y + top + row * (NODE_HEIGHT + GAP_Y))
    beliefs = told_beliefs(standing, list(place))
    edges = [(before, entry.id) for entry in standing.syllabus.skills.values() for before in entry.requires]
    paths = Router(place, (NODE_WIDTH, NODE_HEIGHT), GAP_Y).paths(edges)
    return {
        "width": 2 * MARGIN + len(columns) * (NODE_WIDTH + GAP_X) - GAP_X,
        "height": 2 * MARGIN_Y + tallest * (NODE_HEIGHT + GAP_Y) - GAP_Y,
        "nodes": [_node(standing, beliefs[skill], place[skill], skill in next_skills) for skill in place],
        "edges": [{"path": paths[edge], "is_open": _leads_on(standing, beliefs[edge[0]])} for edge in edges],
    }


def _leads_on(standing: Standing, belief: SkillBelief) -> bool:
    return belief.is_known or belief.skill in standing.progress.placement.known


def moves(standing: Standing, moved: list[dict[str, Any]]) -> list[Drawing]:
    """Return what an answer moved, for skill_moves.html."""
    return [
        _move(standing.syllabus.skills[row["skill"]], row) for row in moved if row["skill"] in standing.syllabus.skills
    ]


def enough_of(standing: Standing, module_id: int, moved: list[dict[str, Any]]) -> str:
    """Say how likely it was that a module was known after the answer that moved this; "" where it is not taught now."""
    module = standing.syllabus.modules.get(module_id)
    if module is None:
        return ""
    then = {row["skill"]: SkillBelief(row["skill"], *row["after"]) for row in moved}
    surety = surety_of(standing, module, then)
    if surety < KNOWN_SURETY:  # of skills that other answers have moved since
        return gettext("That is enough of “%s”: you probably knew it then.") % module.title
    if surety >= VERY_SURE:
        words = gettext("That is enough of “%(title)s”: you very probably know it (the chance is %(chance)d %%).")
    else:
        words = gettext("That is enough of “%(title)s”: you probably know it (the chance is %(chance)d %%).")
    return words % {"title": module.title, "chance": min(round(100 * surety), MOST_PERCENT)}


def _move(skill: SkillEntry, row: dict[str, Any]) -> Drawing:
    after = SkillBelief(skill.id, *row["after"])
    before = SkillBelief(skill.id, *row["before"]) if row["before"] else after
    change = after.mean - before.mean
    return band(after) | {
        "title": skill.title,
        "change": _in_words(change),
        "direction": "level" if abs(change) < STILL else "up" if change > 0 else "down",
    }


def _in_words(change: float) -> str:
    if abs(change) < STILL:
        return gettext("no change")
    if change > 0:
        return gettext("up a good deal") if change >= A_LOT else gettext("up a little")
    return gettext("down a good deal") if change <= -A_LOT else gettext("down a little")


def _node(standing: Standing, belief: SkillBelief, at: tuple[float, float], is_next: bool) -> Drawing:
    entry = standing.syllabus.skills[belief.skill]
    drawn = band(belief)
    if not belief.answers:
        drawn |= {"low_x": "", "high_x": "", "mean_x": ""}
    state = gettext("probably %s") % belief.level.label if belief.is_unsure else belief.level.label
    step = list(Level).index(belief.level)
    place = {"x": at[0], "y": at[1], "is_next": is_next, "url": _module_url(standing, entry)}
    return drawn | place | {"title": entry.title, "lines": lines_of(entry.title), "step": step, "state": state}


def lines_of(title: str) -> list[str]:
    """Return a title in lines that fit into a box."""
    return wrap(title, LINE, max_lines=MOST_LINES, placeholder="…")


def _module_url(standing: Standing, skill: SkillEntry) -> str:
    """Where a skill is taught: its module in the outline of the course."""
    course = reverse("courses:course", args=[standing.syllabus.slug])
    modules = standing.syllabus.taught_in[skill.id]
    return f"{course}#{modules[0].slug}" if modules else course
