"""Steps that tell nothing of a policy, and why. Loads no estimators: web pages read it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeftOut(TextChoices):
    ASKED_FOR = "asked_for", _("chosen by the learner")
    NOT_LIVE = "not_live", _("made without the live checkpoint")
    NO_CHOICE = "no_choice", _("with nothing to choose between")
    GONE = "gone", _("that cannot be made again")
    UNANSWERED = "unanswered", _("of the last day, with no answer yet")
