"""What may be offered at all: rules that no score overrides. Something may be, if the course teaches anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adaptive.adapting import Standing
from adaptive.models import Aim
from adaptive.narrowing import as_rules_ask
from adaptive.progress import Ending
from adaptive.respecting import asked_for, basis_of_what_was_too_hard, is_in_need_of_shorter, put_off, shorter
from adaptive.returning import pinned, wanted
from adaptive.reviewing import due
from adaptive.steering import DirectiveEntry
from adaptive.syllabus import ModuleEntry
from adaptive.visiting import other_ways
from adaptive.ways import Candidate, given_back, is_refused, not_refused, refused_at, to_read, ways, ways_once_more

NEAR = timedelta(days=8, hours=1)  # a deadline this close comes first: it ends with its last day, and from seven days
# before that one's beginning on it is near, also where clocks were put back in between
LEFT = {"open": "left", "locked": "left_in_order", "review": "left_to_review"}  # rules where trainers left out the rest
ALL_ASIDE = "all_aside"
UNSUITED = "unsuited"
LEFT_BY_RULES = "left_by_rules"
DEFAULTS = (
    LEFT["locked"],
    LEFT["review"],
    ALL_ASIDE,
    UNSUITED,
)  # nothing open was left, or none that the learner can use
GIVEN_BACK, GIVEN_BACK_CLOSED = "given_back", "given_back_closed"  # what was refused, as nothing else is left


class NothingToLearn(Exception):
    """The course has no published modules."""


@dataclass(frozen=True)
class Admitted:
    """The candidates, and the rule that let them in."""

    candidates: Sequence[Candidate]
    rule: str


def admitted(standing: Standing, now: datetime) -> Admitted:
    """Return what may be offered now, by the first rule that finds anything. Raises NothingToLearn.

    What trainers put aside is left out under every rule. Where nothing would be left, the rules go on as without it.
    """
    rules = {
        "asked": _asked_for,
        "pinned": _pinned,
        "due": _wanted_soon,
        "shorter": _shorter,
        "again": _another_try,
        "put_off": _put_off,
        "open": _open_steps,
        "meanwhile": _due_meanwhile,
        UNSUITED: _without_lesson,
        GIVEN_BACK: _given_back,
        "locked": _next_in_order,
        GIVEN_BACK_CLOSED: _closed_given_back,
        "review": _anything_done,
    }
    for name, rule in rules.items():
        candidates = [one for one in rule(standing, now) if not is_put_aside(standing, one.module)]
        if candidates:
            is_unsuited = name != "asked" and all(one.module.is_unsuited for one in candidates)
            return Admitted(candidates, UNSUITED if is_unsuited else _named(standing, name))
    raise NothingToLearn


def is_default_path(standing: Standing, now: datetime) -> bool:
    """Nothing that is still to be done is open: what comes is the course in its own order, or a review."""
    return admitted(standing, now).rule in ("locked", GIVEN_BACK_CLOSED, "review", *DEFAULTS)


def is_open(standing: Standing, module: ModuleEntry) -> bool:
    """Every skill it needs is held or seems known, was tried honestly wherever it is taught, or is waived."""
    return not missing_for(standing, module)


def missing_for(standing: Standing, module: ModuleEntry) -> list[int]:
    """Return the skills that keep a module closed."""
    given = standing.steering.waived | standing.progress.placement.known.keys()
    needed = [skill for skill in module.requires if skill not in given]
    return [skill for skill in needed if not standing.is_held(skill) and not _was_tried(standing, skill)]


def was_let_on(standing: Standing, module: ModuleEntry) -> bool:
    """It is open though what it builds on is not all held: some of that was only tried."""
    given = standing.steering.waived | standing.progress.placement.known.keys()
    return any(skill not in given and not standing.is_held(skill) for skill in module.requires)


def is_put_aside(standing: Standing, module: ModuleEntry) -> bool:
    """A trainer does not want it offered now, and something else is left."""
    return module.id in standing.steering.aside and module not in _left(standing)


def _left(standing: Standing) -> list[ModuleEntry]:
    return standing.steering.left_of(standing.syllabus.modules.values())


def _named(standing: Standing, rule: str) -> str:
    """Return the name of a rule; another one where it found only what trainers had left."""
    aside = [standing.syllabus.modules[pk] for pk in standing.steering.aside if pk in standing.syllabus.modules]
    if len(aside) == len(standing.syllabus.modules):
        return ALL_ASIDE
    if rule not in LEFT:
        return rule
    missed = [module for module in aside if not standing.progress.module(module.id).done]
    left_out = [module for module in missed if rule == "review" or is_open(standing, module)]
    if any(not standing.steering.aside[module.id].rule for module in left_out):
        return LEFT[rule]
    return LEFT_BY_RULES if left_out and rule == "open" else rule


def _was_tried(standing: Standing, skill: int) -> bool:
    return all(standing.progress.module(module.id).done for module in standing.syllabus.taught_in[skill])


def _asked_for(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What the learner asked for themself; where nothing about it is easier, what it builds on."""
    found = list(asked_for(standing))
    yield from found or (one for one in basis_of_what_was_too_hard(standing) if is_open(standing, one.module))


def _pinned(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What a trainer wants offered first, once its prerequisites are met."""
    asked = pinned(standing)
    for module in _ready(standing, [one for one in _left(standing) if one.id in asked]):
        yield from _ways_on(standing, module)


def _wanted_soon(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What a trainer wants done by a day that is near or past, or what leads there."""
    for pk in wanted_soon(standing, now):
        yield from _ways_on(standing, standing.syllabus.modules[pk])


def is_near(ends_at: datetime, now: datetime) -> bool:
    """Whether the last day before this moment is a week away or less, wherever that day was meant. One that was missed
    is near for good."""
    return ends_at - now <= NEAR


def wanted_soon(standing: Standing, now: datetime) -> dict[int, DirectiveEntry]:
    """Return the modules to begin for the earliest deadline that anything can be done for, each with its directive."""
    asked = {pk: one for pk, one in wanted(standing).items() if pk in standing.syllabus.modules}
    near = {one.ends_at for one in asked.values() if one.ends_at and is_near(one.ends_at, now)}
    if not near:
        return {}
    to_do = [one for one in _left(standing) if one.id in asked or not standing.progress.module(one.id).done]
    ready = {module.id for module in _ready(standing, to_do)}
    for day in sorted(near):
        of_day = [(one, standing.syllabus.modules[pk]) for pk, one in asked.items() if one.ends_at == day]
        steps = {pk: one for one, module in of_day for pk in _way_to(standing, module) & ready}
        if steps:
            return steps
    return {}


def _way_to(standing: Standing, module: ModuleEntry) -> set[int]:
    """Return the module itself where it is open, else what is open of all that it builds on and is not done."""
    seen: set[int] = set()
    found: set[int] = set()
    waiting = [module]
    while waiting:
        one = waiting.pop()
        is_done = one.id != module.id and standing.progress.module(one.id).done
        if one.id in seen or is_done or one.id in standing.steering.aside:
            continue
        seen.add(one.id)
        missing = missing_for(standing, one)
        found |= set() if missing else {one.id}
        waiting += [before for skill in missing for before in standing.syllabus.taught_in[skill]]
    return found


def _ready(standing: Standing, modules: Sequence[ModuleEntry]) -> list[ModuleEntry]:
    """Those of these modules that may be begun: open and not refused."""
    return [module for module in modules if is_open(standing, module) and not is_refused(standing, module)]


def _ways_on(standing: Standing, module: ModuleEntry) -> Iterator[Candidate]:
    """Its variants, or other ways than those that did not work out or, where it is done, than the last one."""
    done = standing.progress.module(module.id)
    again = _ways_again(standing, module) if done.ended == Ending.AGAIN else []
    yield from again or (ways_once_more if done.done else ways)(standing, module)


def _ways_again(standing: Standing, module: ModuleEntry) -> list[Candidate]:
    others = not_refused(standing, module, other_ways(standing, module))
    return [Candidate(module, variant) for variant in as_rules_ask(standing, module, others)]


def _another_try(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """The module that did not work out, another way. One that was chosen before its time waits for what it needs."""
    module = standing.syllabus.modules.get(standing.progress.left)
    if module is None or standing.progress.module(module.id).ended != Ending.AGAIN:
        return
    if is_open(standing, module) and not is_refused(standing, module):
        yield from _ways_again(standing, module)


def _shorter(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What takes less time, where the learner just found something too long."""
    if is_in_need_of_shorter(standing):
        yield from shorter(standing, list(_open_steps(standing, now)))


def _put_off(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What the learner wanted to do later, now that it may be offered again."""
    for module in _ready(standing, put_off(standing, _to_do(standing)))[:1]:
        yield from _ways_on(standing, module)


def _open_steps(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """Modules whose prerequisites are met, and what is due for review."""
    steps = _ready(standing, _to_do(standing))
    if not steps:
        return
    for module in steps:
        yield from ways(standing, module)
    yield from (one for one in _to_review(standing, now) if one.module.id != standing.progress.left)


def _due_meanwhile(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """All that is open was refused: before any of it comes back, what is due for review."""
    if any(is_open(standing, module) for module in _to_do(standing)):
        found = list(_to_review(standing, now))
        yield from [one for one in found if one.module.id != standing.progress.left] or found


def _to_review(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """What is due for review and not refused."""
    for one in due(standing, now):
        if not is_refused(standing, one.module):
            yield Candidate(one.module, None, Aim.REVIEW)


def _without_lesson(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """The questions alone of open modules whose lessons the learner cannot use."""
    unsuited = [one for one in standing.syllabus.modules.values() if one.is_unsuited]
    free = [one for one in unsuited if one.id not in standing.steering.aside and not is_refused(standing, one)]
    for module in free:
        if not standing.progress.module(module.id).done and is_open(standing, module):
            yield Candidate(module, None)


def _given_back(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """All that is open was refused: take the one that was refused longest ago, before anything that is closed."""
    unsuited = [one for one in standing.syllabus.modules.values() if one.is_unsuited]
    steps = [one for one in _to_do(standing) or unsuited if is_open(standing, one)]
    yield from _refused_longest_ago(standing, steps)


def _next_in_order(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """Nothing is open: take the first module of the course that is not refused.

    What it builds on is not sure, so it is offered as gently as it can be.
    """
    steps = [module for module in _to_do(standing) if not is_refused(standing, module)]
    found = list(ways(standing, steps[0])) if steps else []
    easiest = min((way.variant.difficulty for way in found if way.variant), default=0)
    yield from (way for way in found if way.variant is None or way.variant.difficulty == easiest)


def _closed_given_back(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """Nothing is open, and all that is closed was refused, too."""
    yield from _refused_longest_ago(standing, _to_do(standing))


def _refused_longest_ago(standing: Standing, modules: Sequence[ModuleEntry]) -> Iterator[Candidate]:
    if modules:
        yield given_back(standing, min(modules, key=lambda module: refused_at(standing, module)))


def _anything_done(standing: Standing, now: datetime) -> Iterator[Candidate]:
    """Everything is done: review what is due, or else anything but what was just left."""
    modules = _left(standing)
    waiting = [one.module for one in due(standing, now)]
    others = [module for module in modules if module.id != standing.progress.left]
    for choice in (waiting, others, modules):
        wanted = [module for module in choice if not is_refused(standing, module)]
        if wanted or choice is modules:
            longest_ago = min(modules, key=lambda module: refused_at(standing, module))
            found = wanted or [longest_ago]
            yield from (Candidate(module, to_read(standing, module), Aim.REVIEW) for module in found)
            return


def _to_do(standing: Standing) -> list[ModuleEntry]:
    return [module for module in _left(standing) if not standing.progress.module(module.id).done]
