"""What sign-in does differently here: no sign-up, mails through the outbox, exact limits."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.db import transaction
from django.http import HttpRequest

from accounts.doors import allow
from journal import actions as journal

LOGINS = "10 per 5 minutes"  # of one address from one place
LOGINS_FROM_ONE_PLACE = "200 per 5 minutes"
MAILS = "5 per hour"  # to one address


class Adapter(DefaultAccountAdapter):
    """allauth's own limits are switched off: they are not atomic, and fail with the cache."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # operators make the accounts

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        place = request.META.get("REMOTE_ADDR", "")
        address = str(credentials.get("email", "")).lower()
        within = allow("login", f"{address} {place}", LOGINS)
        if not (allow("login place", place, LOGINS_FROM_ONE_PLACE) and within):
            raise self.validation_error("too_many_login_attempts")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox. Above the limit nothing is sent and nobody is told, as for an address
        that is unknown."""
        if not allow("mail", email.lower(), MAILS):
            return
        request = allauth_context.request
        message = self.render_mail(template_prefix, email, {"request": request, **context})
        with transaction.atomic():
            journal.send(
                "mail",
                {"subject": message.subject, "body": message.body, "to": message.to},
            )
