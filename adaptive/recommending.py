"""The next step for a learner: what is open to them, how good each way would be, and one drawn with a known chance.

Read this file first. A learner answers; what we believe of them moves (`adapting`); here the policy offers the next
module at a difficulty and in a modality; they see it, and why (`explaining`).
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

import numpy as np
from django.db import transaction
from django.db.models import BigIntegerField

from adaptive.adapting import Spans, Standing, standing_of
from adaptive.aiming import band_for
from adaptive.degrading import on_the_best_rung
from adaptive.filing import file_away
from adaptive.guarding import Admitted, admitted, is_put_aside
from adaptive.heeding import in_a_hurry, wish_terms
from adaptive.methods import effect_terms
from adaptive.modalities import effects_for
from adaptive.models import Recommendation
from adaptive.ordering import order_of, step_in_order
from adaptive.preparing import prepared_ways
from adaptive.prospecting import prospects_of
from adaptive.reasoning import narrowed, needed, reasons_of
from adaptive.ruling import obey
from adaptive.sequence_terms import chooses_by_sequence, sequence_terms, sequencer_for
from adaptive.serving import LiveTutor
from adaptive.steering import UNSTEERED, Steering
from adaptive.syllabus import Needs
from adaptive.turning import turned_terms, turned_weights
from adaptive.varying import varied
from adaptive.ways import Candidate
from courses import clock
from courses.models import Enrollment
from courses.recording import lock
from courses.statements import Query, Slot, insert
from mlcore.decisive import Drawn
from mlcore.effects.believing import means_of, tries_of
from mlcore.policy import PolicySettings, Suggestion
from mlcore.retention import usual_paces

POLICY = "what is learned and lasts, 4"
RECURRENT = f"recurrent; {POLICY}"  # with `adaptive.sequencing` in place of the term for learning
SETTINGS = PolicySettings()
KEPT = ("paces", "law", "tries", "sequencer", "turned", "syllabi")  # of what a choice takes from outside, as they are
BELIEVED = 1  # tells the random numbers of what is believed from those of the choice
LATEST = Query(
    lambda: Recommendation.objects.filter(enrollment=Slot("enrollment", BigIntegerField())).order_by("-made_at")[:1]
)


def recommend_next(enrollment: Enrollment) -> Recommendation:
    """Return the one step on offer: the same one until the learner finishes it or asks for something else.

    Raises NothingToLearn when the course has no published modules.
    """
    return on_the_best_rung(
        enrollment,
        lambda live: _recommend(enrollment, live),
        otherwise=lambda: step_in_order(enrollment),
    )


def _recommend(enrollment: Enrollment, live: LiveTutor) -> Recommendation:
    standing = standing_of(enrollment, live)
    on_offer = step_on_offer(standing)
    if on_offer:
        return on_offer
    with transaction.atomic():
        lock(enrollment)
        on_offer = step_on_offer(standing)
        if on_offer:
            return on_offer
        obey(standing)
        return offer_step(standing)


def step_on_offer(standing: Standing) -> Recommendation | None:
    """Return the latest recommendation, while nothing closed it, its content is published and no trainer objects."""
    return still_on_offer(LATEST.first(enrollment=standing.enrollment.pk), standing)


def still_on_offer(latest: Recommendation | None, standing: Standing) -> Recommendation | None:
    """As step_on_offer, given the latest recommendation."""
    if latest is None or latest.after_sequence < standing.progress.closed:
        return None
    module = standing.syllabus.modules.get(latest.module_id)
    is_published = module and (latest.variant_id is None or module.variant(latest.variant_id))
    return latest if is_published and _is_still_wanted(latest, standing) else None


def _is_still_wanted(step: Recommendation, standing: Standing) -> bool:
    """Trainers ask for nothing else than when it was chosen. What has begun goes on, unless they put it aside."""
    if Inputs.of(step).steering.ids == standing.steering.ids:
        return True
    module = standing.syllabus.modules[step.module_id]
    return standing.progress.current == module.id and not is_put_aside(standing, module)


def offer_step(standing: Standing) -> Recommendation:
    """Choose a step, and write it down before it is offered; with the course as it is."""
    step = draw_step(standing)
    file_away(standing.syllabus)
    insert(step)
    return step


@dataclass(frozen=True)
class Inputs:
    """What a choice takes from outside the learner's log and the course: kept with it, so that it can be made again."""

    now: datetime
    seed: int
    effects: Mapping[str, float]  # of ways of learning, as far as known of this learner
    steering: Steering = UNSTEERED
    needs: Needs = frozenset()  # of the learner
    paces: Sequence[float] = ()  # at which learners of the subject forget; the usual ones, if nothing is known
    law: Sequence[float] = ()  # by which they do, FSRS's parameters; the usual ones, if none are given
    tries: Mapping[str, float] = field(default_factory=dict)  # how far effects are taken to be off, to try them
    sequencer: str = ""  # sha256 of the recurrent policy, where that chose
    turned: Mapping[str, float] = field(default_factory=dict)  # how often terms of the score count, to ask what if
    syllabi: Spans = ()  # of the course: the last is what was chosen from, the others the log was folded by before

    @classmethod
    def of(cls, step: Recommendation) -> Self:
        """Return what this step was chosen from."""
        steering = Steering.from_json(step.inputs.get("directives", ()))
        effects, needs = step.inputs.get("effects", {}), frozenset(step.inputs.get("needs", ()))
        own = {name: step.inputs[name] for name in KEPT if name in step.inputs}
        return cls(step.made_at, step.seed, effects, steering, needs, **own)

    def as_json(self) -> dict[str, Any]:
        """Return what no column of the step tells."""
        asked = {"directives": self.steering.as_json(), "needs": sorted(self.needs), "paces": list(self.paces)}
        asked |= {"law": list(self.law), "tries": self.tries, "sequencer": self.sequencer, "turned": self.turned}
        asked |= {"syllabi": list(self.syllabi)}
        return {"effects": self.effects} | {name: kept for name, kept in asked.items() if kept}

    def set_into(self, standing: Standing) -> Standing:
        """Return where the learner stood, with what these inputs tell of the outside."""
        syllabus = standing.syllabus.suited_to(self.needs)
        paces = np.array(self.paces) if self.paces else usual_paces()
        return replace(standing, steering=self.steering, syllabus=syllabus, paces=paces)


def draw_step(standing: Standing) -> Recommendation:
    """Choose a step as things are now."""
    effects, seed = effects_for(standing), secrets.randbits(63)
    known = Inputs(
        clock.now(),
        seed,
        means_of(effects),
        standing.steering,
        frozenset(standing.enrollment.learner.needs),
        paces=[float(pace) for pace in standing.paces],
        law=standing.progress.law.as_json(),
        tries=tries_of(effects, random.Random(seed)),
        sequencer=sequencer_for(standing),
        syllabi=standing.spans_until(standing.state.seen_up_to + 1),
    )
    return decide_step(standing, known)


def decide_step(standing: Standing, inputs: Inputs, settings: PolicySettings = SETTINGS) -> Recommendation:
    """Weigh everything that may be offered, draw one, and note how likely each was and why this one.

    The same standing and inputs lead to the same step; what trainers ask counts as the inputs tell it.
    """
    standing = inputs.set_into(standing)
    may_be, weighed = choose(standing, inputs, settings)
    chosen = weighed.candidates[weighed.pick]
    reasons = reasons_of(standing, may_be, weighed.drawn, inputs.now)
    reasons += needed(standing, may_be, inputs.needs, inputs.now)
    return Recommendation(
        enrollment=standing.enrollment,
        module_id=chosen.module.id,
        variant_id=chosen.variant.id if chosen.variant else None,
        purpose=chosen.aim,
        checkpoint_id=standing.live.checkpoint,
        calibration_id=standing.live.calibration,
        rung=standing.live.rung,
        policy=RECURRENT if chooses_by_sequence(standing, inputs.sequencer) else POLICY,
        propensity=float(weighed.suggestion.propensities[weighed.pick]),
        expected_score=weighed.suggestion.expected_score,
        guard_cost=weighed.guard_cost,
        candidates=weighed.as_json(),
        reasons=reasons + narrowed(standing, may_be, chosen.module.id, inputs.now),
        seed=inputs.seed,
        inputs=inputs.as_json(),
        edition=standing.syllabus.edition,
        after_sequence=standing.state.seen_up_to,
        made_at=inputs.now,
    )


def choose(standing: Standing, inputs: Inputs, settings: PolicySettings = SETTINGS) -> tuple[Admitted, Weighed]:
    """Weigh everything that may be offered and draw one, without saying why."""
    may_be = admitted(standing, inputs.now)
    return may_be, weigh(standing, may_be, inputs, settings)


@dataclass(frozen=True)
class Weighed:
    """Candidates with their scores, which are the sums of their terms, and the one that was drawn."""

    candidates: Sequence[Candidate]
    suggestion: Suggestion
    allowed: np.ndarray  # [n] by the guard against narrow fare
    settings: PolicySettings = SETTINGS  # by which it was drawn

    @property
    def pick(self) -> int:
        return self.suggestion.pick

    @property
    def drawn(self) -> Drawn:
        """The choice of a module, in whichever way."""
        return Drawn(self.suggestion, np.array([one.module.id for one in self.candidates]), self.settings)

    @property
    def guard_cost(self) -> float | None:
        """How much lower the expected score is for what the guard kept back; None where it kept back nothing."""
        return None if self.allowed.all() else self.suggestion.cost

    def as_json(self) -> list[dict[str, Any]]:
        """Return everything needed to make the same choice again, and to explain it."""
        return [self._offer(n, candidate) for n, candidate in enumerate(self.candidates)]

    def _offer(self, n: int, candidate: Candidate) -> dict[str, Any]:
        suggestion = self.suggestion
        offer: dict[str, object] = {
            "module": candidate.module.id,
            "variant": candidate.variant.id if candidate.variant else None,
            "aim": candidate.aim,
            "predicted": round(float(suggestion.probability[n]), 4),
            "propensity": round(float(suggestion.propensities[n]), 9),
            "score": round(float(suggestion.scores[n]), 6),
            "terms": {name: round(float(term[n]), 6) for name, term in suggestion.terms.items()},
        }
        return offer if offer["propensity"] else offer | {"kept_back": not self.allowed[n]}


def weigh(standing: Standing, may_be: Admitted, inputs: Inputs, settings: PolicySettings = SETTINGS) -> Weighed:
    """Score the candidates by what the learner would gain, and draw one of those that keep the fare varied."""
    candidates = may_be.candidates
    ways = prepared_ways(standing, [(candidate.module, candidate.variant) for candidate in candidates])
    own = effect_terms(standing, candidates, inputs.now, (inputs.effects, inputs.tries))
    own = turned_terms(own | {"order": order_of(standing, candidates)}, inputs.turned)
    own |= turned_terms(wish_terms(standing, candidates), inputs.turned)
    listing, settings = (_as_asked(standing, each) for each in (SETTINGS, settings))
    settings = turned_weights(settings, inputs.turned)
    sequence, allowed = None, varied(standing, may_be)
    if chooses_by_sequence(standing, inputs.sequencer):
        sequence = sequence_terms(standing, candidates) * inputs.turned.get("sequence", 1.0)
    believed = np.random.default_rng((inputs.seed, BELIEVED))
    suggestion = standing.live.tutor.suggest(
        standing.belief,
        ways,
        np.random.default_rng(inputs.seed),
        settings,
        at=inputs.now.timestamp(),
        prospects=prospects_of(standing, candidates, inputs.now, believed),
        effects=sum(own.values()),
        sequence=sequence,
        module=np.array([candidate.module.id for candidate in candidates]),
        allowed=allowed,
        listing=listing,
    )
    terms = {name: term for name, term in suggestion.terms.items() if name != "effects"} | own
    return Weighed(candidates, replace(suggestion, terms=terms), allowed, settings)


def _as_asked(standing: Standing, settings: PolicySettings) -> PolicySettings:
    """Return the settings for this learner: as hard and as short as they asked for."""
    return in_a_hurry(standing, replace(settings, band=band_for(standing, settings.band)))
