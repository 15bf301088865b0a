"""One learner's part leaves the counts that many share, before their log is erased."""

from django.db import transaction

from analytics import writing
from analytics.counting import Tally, take_in
from analytics.models import EnrollmentDay, EnrollmentTotal, FirstAnswer
from courses.models import Enrollment, OutboxEntry


@transaction.atomic
def forget(enrollment: Enrollment) -> None:
    """Take an enrollment out of all counts. What it added follows from its own log: counting that again says what."""
    total = EnrollmentTotal.objects.select_for_update().filter(pk=enrollment.pk).first()
    if total is None:
        return
    tally = Tally(simulated={enrollment.pk} if enrollment.learner.is_simulated else set())
    _count_again(tally, enrollment, total.seen_up_to)
    writing.take_out(tally)
    for counts in (FirstAnswer, EnrollmentDay, EnrollmentTotal):
        counts._default_manager.filter(enrollment=enrollment).delete()


def _count_again(tally: Tally, enrollment: Enrollment, seen_up_to: int) -> None:
    waiting = OutboxEntry.objects.filter(interaction__enrollment=enrollment)
    parked = set(waiting.exclude(parked_because="").values_list("pk", flat=True))
    counted = enrollment.interactions.filter(sequence__lte=seen_up_to).exclude(pk__in=parked).order_by("sequence")
    anew = EnrollmentTotal(enrollment=enrollment)
    for event in counted.select_related("question_version", "presentation").iterator():
        take_in(tally, anew, event)
