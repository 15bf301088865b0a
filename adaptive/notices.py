"""What rules noticed, on its way to trainers by mail. The tables; adaptive.notifying does the work."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import clock


class Often(models.TextChoices):
    """How often a trainer wants mail about notices. However much is noticed, one mail holds all of it."""

    DAILY = "daily", _("At most once a day")
    HOURLY = "hourly", _("At most once an hour")
    NEVER = "never", _("Never: I look at the cohort's page")


PAUSES = {Often.DAILY: timedelta(days=1), Often.HOURLY: timedelta(hours=1)}


class NoticeWish(models.Model):
    """What a trainer chose. Who has chosen nothing gets mail at most once a day."""

    trainer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notice_wish"
    )
    often = models.CharField(max_length=6, choices=Often.choices, default=Often.DAILY)

    class Meta:
        verbose_name = _("wish for mail about notices")
        verbose_name_plural = _("wishes for mail about notices")

    def __str__(self) -> str:
        return f"{self.trainer_id}: {self.often}"


class NoticeMail(models.Model):
    """A mail to one trainer: it gathers notices until it is due, and is tried again until a server takes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_mails")
    made_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()  # when it is tried next
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail about notices")
        verbose_name_plural = _("mails about notices")
        ordering = ["-made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["trainer"], condition=Q(sent_at=None), name="one_mail_about_notices_waits_for_a_trainer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainer_id}: {self.sent_at or self.due_at}"


class MailedNotice(models.Model):
    """A notice in a mail: once for each trainer."""

    mail = models.ForeignKey(NoticeMail, on_delete=models.CASCADE, related_name="notices")
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    firing = models.ForeignKey("adaptive.Firing", on_delete=models.CASCADE, related_name="mailed")

    class Meta:
        verbose_name = _("mailed notice")
        verbose_name_plural = _("mailed notices")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["trainer", "firing"], name="a_trainer_gets_mail_about_a_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.firing_id} to {self.trainer_id}"
