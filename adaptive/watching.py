"""Rules about learners who stay away are looked at once an hour, and each learner as often as that can tell something.

Time alone changes nothing but the length of an absence: what the other conditions of a rule read follows from what the
learner did, and from what their log is folded by (`folded_by`). Who was looked at is left alone until one of them
changes, however long they stay away.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from adaptive.absences import AbsenceLook
from adaptive.adapting import standing_of
from adaptive.conditions import Absence, met
from adaptive.directives import Directive, DirectiveKind
from adaptive.forgetting import law_in
from adaptive.rule_conditions import Condition, When
from adaptive.rules import Firing, Rule
from adaptive.ruling import fire, fired_for
from adaptive.serving import LiveTutor, live_tutor
from courses import clock
from courses.models import Course, Enrollment, Interaction
from courses.models.people import EnrollmentQuerySet
from courses.recording import lock

log = logging.getLogger(__name__)


def watch_absences(now: datetime | None = None) -> int:
    """Fire the rules about learners who stay away, once for each absence; return how often. It can run twice.

    What rules asked for until a moment that has passed is ended, too, so that nobody looks at it again.
    """
    now = now or clock.now()
    by_rules = Directive.objects.filter(rule__isnull=False, ended_at=None).exclude(kind=DirectiveKind.DUE)
    by_rules.filter(holds_until__lte=now).update(ended_at=now)
    AbsenceLook.objects.exclude(rule__in=Rule.objects.live()).delete()
    absences = Condition.objects.filter(
        when=When.INACTIVE, rule__ended_at=None, rule__on_since__isnull=False
    ).select_related("rule__cohort", "rule__course__edition")
    return sum(
        _fire_if_still_away(absent, pk, now)
        for absent in absences.order_by("-rule_id")
        for pk in away(absent, now).values_list("pk", flat=True)
    )


def away(absent: Condition, now: datetime) -> QuerySet[Enrollment]:
    """Return who has done nothing for as long as the condition says, and for whom its rule has not fired because of it
    since, nor was looked at in vain."""
    latest = Interaction.objects.filter(enrollment=OuterRef("pk")).order_by("-sequence")
    sequence = Cast(OuterRef("last_sequence"), output_field=Firing._meta.get_field("occasion"))
    occasion = Concat(Value(f"{absent.place} after "), sequence, Value(";"))
    firings = Firing.objects.that_count().filter(rule=absent.rule_id, enrollment=OuterRef("pk"))
    fired = firings.filter(occasion__contains=occasion)
    folded = folded_by(absent.rule.course, live_tutor(absent.rule.course_id))
    looks = AbsenceLook.objects.filter(rule=absent.rule_id, enrollment=OuterRef("pk"), folded_by=folded)
    return (
        learners_of(absent.rule)
        .filter(finished_at=None, learner__is_active=True)
        .annotate(last_at=Coalesce(Subquery(latest.values("at")[:1]), F("enrolled_at")))
        .filter(~Exists(fired), last_at__lte=now - timedelta(days=absent.days or 0))
        .exclude(Exists(looks.filter(entries=OuterRef("last_sequence"))))
        .order_by("pk")
    )


def learners_of(rule: Rule) -> EnrollmentQuerySet:
    """Return everybody about whom the rule speaks."""
    everybody = Enrollment.objects.in_cohort(rule.cohort) if rule.cohort else Enrollment.objects.all()
    return everybody.filter(course=rule.course_id)


def folded_by(course: Course, live: LiveTutor) -> str:
    """Return a hash of all that a log is folded by, beside the log itself: a learner state follows from both."""
    parts = [live.checkpoint, live.calibration, course.edition.number, law_in(course.subject).as_json()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _fire_if_still_away(absent: Condition, pk: int, now: datetime) -> bool:
    """Fire the rule that asks about an absence, if the learner is away still and its other conditions let it."""
    try:
        with transaction.atomic():
            enrollment = Enrollment.objects.with_edition().get(pk=pk)
            lock(enrollment)
            still = away(absent, now).filter(pk=pk).first()
            if still is None:
                return False
            absence = Absence(enrollment.last_sequence, still.last_at, now)  # type: ignore[attr-defined]
            return _fire_or_note(absent.rule, enrollment, absence)
    except Exception:  # whatever breaks for one learner, the others are looked at
        log.exception("Rule %s broke for enrollment %s", absent.rule_id, pk)
        return False


def _fire_or_note(rule: Rule, enrollment: Enrollment, absence: Absence) -> bool:
    """Fire the rule if its other conditions hold, too, or note that they do not."""
    live = live_tutor(enrollment.course_id)
    standing = standing_of(enrollment, live)
    fired = fired_for(enrollment, [rule])[rule.pk]
    occasion = met(rule, list(rule.conditions.with_names()), standing, fired, absence)
    if occasion:
        return bool(fire(standing, [(rule, occasion)]))
    looked = {"entries": enrollment.last_sequence, "folded_by": folded_by(enrollment.course, live)}
    AbsenceLook.objects.update_or_create(rule=rule, enrollment=enrollment, defaults=looked)
    return False
