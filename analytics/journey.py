"""One learner: what was offered and why, what came of it, and every answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.explaining import chosen_offer, sentence
from adaptive.models import Recommendation
from adaptive.progress import Ending, Wish
from courses.marking import has_passed
from courses.models import Enrollment, Interaction, InteractionKind

WISHES = {
    Wish.TOO_EASY: _("asked for something harder"),
    Wish.TOO_HARD: _("asked for something easier"),
    Wish.ANOTHER_WAY: _("asked for another way"),
    Wish.NOT_THIS_ONE: _("did not want this one"),
    Wish.THIS_ONE: _("chose this one"),
    Wish.REVIEW: _("asked to review"),
}
ENDINGS = {
    Ending.KNOWN: _("finished: probably known"),
    Ending.ENOUGH: _("went on without being sure"),
    Ending.AGAIN: _("to be tried another way"),
    Ending.READ: _("finished: read"),
    Ending.REVIEWED: _("reviewed"),
}


@dataclass(frozen=True)
class Step:
    """An offer, and what the learner did before the next one."""

    offer: Recommendation
    answers: int
    score: float
    endings: tuple[str, ...]  # how the visit ended: adaptive.progress.Ending
    wishes: tuple[str, ...]  # what was asked for instead: adaptive.progress.Wish
    was_opened: bool

    @property
    def why(self) -> str:
        return sentence(self.offer)

    @property
    def happened(self) -> list[str]:
        """What came of it, in words: wishes first, then how the visit ended."""
        wished = [str(WISHES.get(wish, "")) for wish in self.wishes]
        return [words for words in (*wished, *map(self._ending, self.endings)) if words]

    def _ending(self, ending: str) -> str:
        """A visit that earlier versions called known does not sound so where most of its answers were wrong."""
        if ending == Ending.KNOWN and self.score < self.answers / 2:
            return gettext("finished: believed known in spite of these answers")
        return str(ENDINGS.get(ending, ""))

    @property
    def predicted(self) -> float | None:
        return chosen_offer(self.offer).get("predicted")


@dataclass(frozen=True)
class GivenAnswer:
    """An answer, and each part of what was given (Markdown)."""

    answer: Interaction
    given: tuple[tuple[str, bool], ...]  # and whether it is right


def offers_to(enrollment: Enrollment) -> QuerySet[Recommendation]:
    offers = Recommendation.objects.of(enrollment).order_by("-after_sequence", "-made_at")
    return offers.select_related("module", "variant")


def steps_between(enrollment: Enrollment, start: int, stop: int) -> list[Step]:
    """Return the offers from one place to another, the latest first, and what came of each."""
    offers = list(offers_to(enrollment)[max(start - 1, 0) : stop])
    return (
        steps_of(enrollment, offers[1:], offers[0].after_sequence)
        if start and offers
        else steps_of(enrollment, offers, None)
    )


def steps_of(enrollment: Enrollment, offers: Sequence[Recommendation], next_after: int | None) -> list[Step]:
    """Return what came of these offers, the latest first. `next_after` is where the offer after the latest begins."""
    if not offers:
        return []
    events = list(_events_between(enrollment, offers[-1].after_sequence, next_after))
    ends = [next_after, *(offer.after_sequence for offer in offers[:-1])]
    return [
        _step(offer, [e for e in events if offer.after_sequence < e.sequence and (end is None or e.sequence <= end)])
        for offer, end in zip(offers, ends, strict=True)
    ]


def _events_between(enrollment: Enrollment, after: int, until: int | None) -> QuerySet[Interaction]:
    kinds = (InteractionKind.OPENED, InteractionKind.ANSWERED, InteractionKind.FINISHED, InteractionKind.OVERRODE)
    events = enrollment.interactions.after(after).filter(kind__in=kinds)
    events = events.filter(sequence__lte=until) if until is not None else events
    return events.only("sequence", "kind", "score", "response", "module_id", "enrollment_id")


def _step(offer: Recommendation, events: Iterable[Interaction]) -> Step:
    own = [event for event in events if event.module_id == offer.module_id]
    answers = [event for event in own if event.kind == InteractionKind.ANSWERED]
    return Step(
        offer,
        len(answers),
        sum(event.score or 0.0 for event in answers),
        tuple(event.response.get("because", "") for event in own if event.kind == InteractionKind.FINISHED),
        tuple(event.response.get("wish", "") for event in own if event.kind == InteractionKind.OVERRODE),
        any(event.kind == InteractionKind.OPENED for event in own),
    )


def answers_of(enrollment: Enrollment) -> QuerySet[Interaction]:
    """Every answer, the latest first, with the version that was shown."""
    answers = enrollment.interactions.answers().order_by("-sequence")
    return answers.select_related("question_version__question", "module", "presentation")


def in_words(answer: Interaction) -> GivenAnswer:
    if has_passed(answer.response):
        return GivenAnswer(answer, ((gettext("I don't know yet"), False),))
    parts = answer.result.get("feedback", [])
    labeled = ((f"{part['label']}: {part['given']}" if part["label"] else part["given"], part) for part in parts)
    return GivenAnswer(answer, tuple((text, part["is_right"]) for text, part in labeled if part["given"]))
