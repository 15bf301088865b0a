"""Trainers are told by mail what rules noticed: everything new in one mail, not oftener than they want.

A notice is written into a mail before that is sent, and the mail is tried until a server takes it, so that none is
lost. A mail that was taken is never sent again; if a worker dies between the two, the same mail goes out once more
under the same Message-ID, by which mail programs know it. What a trainer has seen on the page in the meantime, or may
not see any more, is left out.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from adaptive.conditions import reasons_of
from adaptive.notices import PAUSES, MailedNotice, NoticeMail, NoticeWish, Often
from adaptive.rules import Firing, FiringQuerySet
from courses import clock
from courses.models import Cohort, Enrollment, User
from courses.naming import in_a_line

log = structlog.get_logger(__name__)

AT_WORK = timedelta(minutes=10)  # after which a worker that took a mail in hand must have died
FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(hours=1)  # each pause is twice the one before
MOST_TOLD = 50  # notices in one mail in full
SALT = "mail about notices"


@dataclass(frozen=True)
class Told:
    """What a mail says of one cohort in one course."""

    cohort: str
    course: str
    url: str
    lines: list[str]


def mail_notices(now: datetime | None = None) -> int:
    """Gather what rules noticed, and send the mails that are due; return how many went out. It can run twice."""
    now = now or clock.now()
    for trainer in _trainers_with_news():
        _gather(trainer, now)
    due = NoticeMail.objects.filter(sent_at=None, due_at__lte=now).order_by("due_at")
    return sum(_try(mail, now) for mail in due.select_related("trainer"))


def wish_of(trainer: User) -> Often:
    chosen = NoticeWish.objects.filter(trainer=trainer).first()
    return Often(chosen.often) if chosen else Often.DAILY


@transaction.atomic
def wish(trainer: User, often: Often) -> None:
    """Note how often a trainer wants mail. It counts for what waits already, too."""
    NoticeWish.objects.update_or_create(trainer=trainer, defaults={"often": often})
    waiting = NoticeMail.objects.filter(trainer=trainer, sent_at=None)
    if often == Often.NEVER:
        waiting.delete()
    else:
        waiting.filter(tries=0).update(due_at=_earliest(trainer, often, clock.now()))


def token_of(trainer: User) -> str:
    """Return what lets somebody stop a trainer's mails without signing in."""
    return signing.dumps(str(trainer.pk), salt=SALT)


def trainer_of(token: str) -> User | None:
    """Return whose mails this token stops; nobody's if it was not made here."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def notices_for(trainer: User, among: FiringQuerySet) -> list[tuple[Cohort, Firing]]:
    """Return those of these notices that this trainer may see and nobody put away, by cohort, the oldest first: as on
    its page, as long as they are a trainer."""
    today = timezone.localdate(clock.now())
    has_begun, goes_on = (Q(starts_on=None) | Q(starts_on__lte=today)), (Q(ends_on=None) | Q(ends_on__gte=today))
    own = Cohort.objects.filter(has_begun, goes_on, trainers=trainer, trainers__is_trainer=True)
    found: dict[int, tuple[Cohort, Firing]] = {}
    for cohort in own.order_by("name", "pk"):
        learners = Enrollment.objects.in_cohort(cohort).filter(learner__is_active=True)
        notices = among.open_notices().seen_by_trainers_of(cohort).filter(enrollment__in=learners.values("pk"))
        for notice in notices.with_names().select_related("rule__course").order_by("rule__course", "at", "pk"):
            found.setdefault(notice.pk, (cohort, notice))
    return list(found.values())


def _trainers_with_news() -> Iterable[User]:
    """Return those whose learners have notices that no mail to them has: few of the many that may be open."""
    news = Firing.objects.open_notices().filter(enrollment__learner__cohorts__trainers=OuterRef("pk"))
    mailed = MailedNotice.objects.filter(firing=OuterRef("pk"), trainer=OuterRef(OuterRef("pk")))
    trainers = User.objects.filter(Exists(news.filter(~Exists(mailed))), is_trainer=True, is_active=True)
    return trainers.filter(is_simulated=False).exclude(notice_wish__often=Often.NEVER)


@transaction.atomic
def _gather(trainer: User, now: datetime) -> None:
    """Put what is new into the mail that waits for this trainer, or into another one."""
    mailed = MailedNotice.objects.filter(firing=OuterRef("pk"), trainer=trainer)
    new = [notice for _, notice in notices_for(trainer, Firing.objects.filter(~Exists(mailed)))]
    if not new:
        return
    locked = NoticeMail.objects.select_for_update()  # else it might be sent meanwhile, without these
    due_at = _earliest(trainer, wish_of(trainer), now)
    mail, _ = locked.get_or_create(trainer=trainer, sent_at=None, defaults={"due_at": due_at, "made_at": now})
    rows = [MailedNotice(mail=mail, trainer=trainer, firing=notice) for notice in new]
    MailedNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _earliest(trainer: User, often: Often, now: datetime) -> datetime:
    """Return when the next mail may go out: at once after a quiet while."""
    last = NoticeMail.objects.filter(trainer=trainer, sent_at__isnull=False).order_by("-sent_at").first()
    return max(now, last.sent_at + PAUSES[often]) if last and last.sent_at else now


def _try(mail: NoticeMail, now: datetime) -> bool:
    """Send a mail, unless somebody else has it in hand; say whether it went out."""
    mine = NoticeMail.objects.filter(pk=mail.pk, sent_at=None, due_at=mail.due_at)
    if not mine.update(due_at=now + AT_WORK, tries=F("tries") + 1):
        return False
    told = notices_for(mail.trainer, Firing.objects.filter(mailed__mail=mail))
    if not told or not mail.trainer.is_active or wish_of(mail.trainer) == Often.NEVER:
        mail.delete()
        return False
    try:
        letter_about(mail, told).send()
    except Exception as problem:  # whatever breaks for one trainer, the others get theirs
        again = now + min(LAST_RETRY, FIRST_RETRY * 2 ** min(mail.tries, 10))
        NoticeMail.objects.filter(pk=mail.pk).update(due_at=again)
        log.error(
            "mail_not_sent", about="notices", mail=str(mail.pk), error=type(problem).__name__, reason=str(problem)
        )
        return False
    _note_sent(mail, [notice.pk for _, notice in told], now)
    return True


@transaction.atomic
def _note_sent(mail: NoticeMail, told: Sequence[int], now: datetime) -> None:
    """Write down that it went out. What came into it too late to be told waits for the next one."""
    NoticeMail.objects.filter(pk=mail.pk).update(sent_at=now)
    mail.notices.exclude(firing__in=told).delete()


def letter_about(mail: NoticeMail, told: Sequence[tuple[Cohort, Firing]]) -> EmailMessage:
    """Write the letter: plain text, in the trainer's time zone."""
    trainer, site = mail.trainer, settings.SITE_URL.rstrip("/")
    stop = site + reverse("adaptive:stop_notices", args=[token_of(trainer)])
    with translation.override(settings.LANGUAGE_CODE), timezone.override(_zone_of(trainer)):
        count = len({notice.enrollment_id for _, notice in told})
        subject = ngettext("%d learner needs you", "%d learners need you", count) % count
        words = {
            "name": in_a_line(trainer.get_short_name()),
            "told": _by_cohort(told[:MOST_TOLD], site),
            "more": len(told) - MOST_TOLD,
            "often": wish_of(trainer).label,
            "wish_url": site + reverse("adaptive:notice_wish"),
            "stop_url": stop,
        }
        body = render_to_string("adaptive/mail/notices.txt", words)
    headers = {
        "Message-ID": f"<{mail.pk}@{urlsplit(site).hostname}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return EmailMessage(subject, body, to=[trainer.email], headers=headers)


def _by_cohort(told: Sequence[tuple[Cohort, Firing]], site: str) -> list[Told]:
    found: dict[tuple[int, int], Told] = {}
    for cohort, notice in told:
        course = notice.rule.course
        page = f"{site}{reverse('analytics:cohort', args=[cohort.pk])}?course={course.slug}"
        names = in_a_line(cohort.name), in_a_line(course.title)
        part = found.setdefault((cohort.pk, course.pk), Told(*names, page, []))
        part.lines.append(in_a_line(f"{notice.enrollment.learner.name}: {reasons_of(notice)}. {notice.rule.note}"))
    return list(found.values())


def _zone_of(trainer: User) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(trainer.time_zone) if trainer.time_zone else None
    except zoneinfo.ZoneInfoNotFoundError:
        return None
