"""What could be asked, as a tutor reads it: looked up once for each edition of a course and each calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adaptive.adapting import Standing
from adaptive.history import item_of, items_of
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, VariantEntry
from mlcore.answers import Item

MOST_KEPT = 512  # sets of items in the memory of one edition


def prepared_questions(
    standing: Standing, module: ModuleEntry, questions: Sequence[QuestionEntry], modality: str | None
) -> Any:
    """Return some questions of a module as the tutor reads them, after learning in this modality."""
    every = _prepared(standing, ("questions", module.id, modality), lambda: items_of(module.questions, modality))
    place = {question.id: n for n, question in enumerate(module.questions)}
    return every.rows(np.array([place[question.id] for question in questions]))


def prepared_for_each(standing: Standing, asked: Sequence[tuple[Sequence[QuestionEntry], str | None]]) -> Any:
    """Return questions of a course as the tutor reads them, all of these one after another, each after its modality."""
    syllabus = standing.syllabus
    every = [question for module in syllabus.modules.values() for question in module.questions]
    modalities = [None, *sorted(set(syllabus.modality_of.values()))]
    name = ("every question",)
    prepared = _prepared(standing, name, lambda: [one for way in modalities for one in items_of(every, way)])
    first = {way: n * len(every) for n, way in enumerate(modalities)}
    place = _kept(syllabus, ("places", *name), lambda: {question.id: n for n, question in enumerate(every)})
    rows = [first[way] + place[question.id] for questions, way in asked for question in questions]
    return prepared.rows(np.array(rows, np.int64))


def prepared_ways(standing: Standing, ways: Sequence[tuple[ModuleEntry, VariantEntry | None]]) -> Any:
    """Return modules in one of their variants each, or in none, as the tutor reads them."""
    syllabus = standing.syllabus
    pairs = [(module, way) for module in syllabus.modules.values() for way in (None, *module.variants)]
    every = _prepared(standing, ("ways",), lambda: [item_of(module, way) for module, way in pairs])
    place = {(module.id, way and way.id): n for n, (module, way) in enumerate(pairs)}
    return every.rows(np.array([place[module.id, way and way.id] for module, way in ways]))


def _prepared(standing: Standing, name: tuple[Any, ...], items: Callable[[], list[Item]]) -> Any:
    live = standing.live
    return _kept(standing.syllabus, (live.sha256, live.calibration, *name), lambda: live.tutor.prepare(items()))


def _kept(syllabus: Syllabus, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    kept = syllabus.prepared
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = make()
    return kept[key]
