"""Mail about accounts. A server that does not take it is told of, and stops nobody."""

from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib import messages
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; where that is not possible, say so on the page, whoever asked."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as problem:
            log.error("mail_not_sent", about=template_prefix, error=type(problem).__name__, reason=str(problem))
            _say_so()


def _say_so() -> None:
    if context.request is not None and hasattr(context.request, "_messages"):
        messages.error(context.request, _("We could not send the email. Please try again later, or tell your trainer."))
