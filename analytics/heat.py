"""Where the group is stuck: learner by skill, with how sure we are of each cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from adaptive.mastery import ENOUGH_ANSWERS, Level, SkillBelief, beliefs_in
from adaptive.models import LearnerState
from courses.models import Course, Enrollment, Skill

STEPS = list(Level)
FEWEST_BEGUN = 3  # learners with enough answers, before a skill counts as one where the group is stuck
MOST_STUCK = 3  # skills


@dataclass(frozen=True)
class Cell:
    """What we believe of one learner in one skill, as components/heat_cell.html draws it."""

    belief: SkillBelief
    text: str
    label: str

    @property
    def step(self) -> int:
        return STEPS.index(self.belief.level)

    @property
    def unsure(self) -> bool:
        return self.belief.is_unsure


@dataclass(frozen=True)
class Row:
    enrollment: Enrollment
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Column:
    """A skill, and how many of the learners shown know it, of those with enough answers."""

    skill: Skill
    known: int
    begun: int

    @property
    def stuck(self) -> int:
        return self.begun - self.known


def skills_of(course: Course | None) -> list[Skill]:
    return list(Skill.objects.filter(course=course, live=True).only("title", "slug").order_by("position", "pk"))


def with_mastery(enrollments: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """Enrollments in the order of their learners' names, each with the mastery of the state that has seen most."""
    states = LearnerState.objects.filter(enrollment=OuterRef("pk")).order_by("-seen_up_to", "-changed_at")
    named = enrollments.select_related("learner").order_by("learner__last_name", "learner__first_name", "pk")
    return named.annotate(mastery=Subquery(states.values("mastery")[:1]))


def rows_of(enrollments: Iterable[Enrollment], skills: Sequence[Skill]) -> list[Row]:
    """Return the rows for enrollments that `with_mastery` found."""
    return [row_of(enrollment, skills) for enrollment in enrollments]


def row_of(enrollment: Enrollment, skills: Sequence[Skill]) -> Row:
    beliefs = beliefs_in(getattr(enrollment, "mastery", None) or {}, [skill.pk for skill in skills])
    return Row(enrollment, tuple(cell_of(beliefs[skill.pk], enrollment.learner.name, skill.title) for skill in skills))


def cell_of(belief: SkillBelief, learner: str, skill: str) -> Cell:
    if not belief.answers:
        return Cell(belief, "", f"{learner}, {skill}: {belief.words}")
    low, high = (round(100 * bound) for bound in belief.interval)
    label = _("%(learner)s, %(skill)s: %(words)s; %(mean)d %%, between %(low)d and %(high)d %%") % {
        "learner": learner,
        "skill": skill,
        "words": belief.words,
        "mean": round(100 * belief.mean),
        "low": low,
        "high": high,
    }
    return Cell(belief, f"{round(100 * belief.mean)}\u2009±\u2009{round((high - low) / 2)}", label)


def columns_of(rows: Sequence[Row], skills: Sequence[Skill]) -> list[Column]:
    columns = []
    for place, skill in enumerate(skills):
        begun = [row.cells[place].belief for row in rows if row.cells[place].belief.answers >= ENOUGH_ANSWERS]
        columns.append(Column(skill, sum(belief.is_known for belief in begun), len(begun)))
    return columns


def stuck_in(columns: Iterable[Column]) -> list[Column]:
    """Return the skills that most of those who began them do not know yet."""
    stuck = [column for column in columns if column.begun >= FEWEST_BEGUN and 2 * column.stuck >= column.begun]
    return sorted(stuck, key=lambda column: (-column.stuck / column.begun, -column.begun))[:MOST_STUCK]
