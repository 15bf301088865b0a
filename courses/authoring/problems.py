"""What keeps a course from working, said where an author can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.authoring.circles import circles_in
from courses.authoring.drafts import as_written
from courses.authoring.forms import defects_of
from courses.lessons import defects_of_lesson
from courses.models import Module, Need, Question, Skill, Variant
from courses.needs import unmet_by_lesson

TO_OFFER = {
    Need.CAPTIONS: gettext_lazy("Never offered to who needs captions or a transcript: add either of them."),
    Need.UNSEEN: gettext_lazy(
        "Never offered to who cannot see it: say what it shows in words (a transcript, or a picture's text)."
    ),
}


@dataclass(frozen=True)
class Problem:
    """One sentence for the author. An urgent one stops learners; the others make learning worse."""

    text: str
    is_urgent: bool = True


def problems_of_module(module: Module, variants: list[Any], questions: list[Any]) -> list[Problem]:
    found = []
    if not module.skills.all():
        found.append(Problem(_("Teaches no skill yet: choose what it is for.")))
    if not variants:
        found.append(Problem(_("Has no variant, so there is nothing to learn from.")))
    elif len({variant.modality for variant in variants}) == 1:
        only = variants[0].get_modality_display()
        found.append(Problem(_("Every variant is of one kind (%(kind)s): nobody can choose.") % {"kind": only}, False))
    if not questions:
        found.append(Problem(_("Has no question, so nobody can practice.")))
    return found


def problems_of_variant(variant: Variant) -> list[Problem]:
    """What is missing in the text as it was last written."""
    written = as_written(variant)
    found = [Problem(text) for line, text in defects_of_lesson(written.modality, written.body)]
    media = written.media.name or written.media_url
    unmet = unmet_by_lesson(media, bool(written.captions), written.body)
    return found + [Problem(str(words), False) for need, words in TO_OFFER.items() if need in unmet]


def problems_of_question(question: Question, taught: Iterable[Skill]) -> list[Problem]:
    """Defects of the question as it was last written, and skills that its module does not teach."""
    written = as_written(question)
    found = [Problem(defect) for defect in defects_of(written)]
    skills = set(written.skills.all())
    if not skills:
        found.append(Problem(_("Practices no skill yet.")))
    others = sorted(skill.title for skill in skills - set(taught))
    if others:
        titles = ", ".join(others)
        found.append(Problem(_("Practices what its module does not teach: %(titles)s.") % {"titles": titles}, False))
    return found


def problems_of_skills(skills: list[Skill], practiced: set[int]) -> dict[int, list[Problem]]:
    """Return the problems of each skill, by its id."""
    found: dict[int, list[Problem]] = {skill.pk: [] for skill in skills}
    for skill in skills:
        if skill.pk not in practiced:
            found[skill.pk].append(Problem(_("No question practices it, so nobody can show it.")))
    for circle in circles_in({skill.pk: [before.pk for before in skill.prerequisites.all()] for skill in skills}):
        titles = {skill.pk: skill.title for skill in skills}
        way = " → ".join(titles.get(pk, "?") for pk in circle)
        for pk in set(circle) & set(found):
            found[pk].append(Problem(_("Prerequisites go in a circle: %(way)s.") % {"way": way}))
    return found
