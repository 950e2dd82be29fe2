"""Mails: what they say, and how a worker sends them."""

from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Proposal, User


def invitation(user: User) -> dict[str, Any]:
    """The mail that tells a new user where to choose a password, in the user's language."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    address = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])
    return _mail("invitation", user, {"address": f"{settings.PUBLIC_URL}{address}"})


def factors_reset(user: User) -> dict[str, Any]:
    """The mail that tells somebody that an operator took their second factors."""
    address = f"{settings.PUBLIC_URL}{reverse('account_login')}"
    return _mail("factors_reset", user, {"address": address})


def proposal_waits(proposal: Proposal, user: User) -> dict[str, Any]:
    """The mail to somebody who may be the second person."""
    return _mail("proposal_waits", user, _about(proposal))


def proposal_over(proposal: Proposal, user: User) -> dict[str, Any]:
    """The mail to who proposed it: decided by another person, or lapsed."""
    return _mail("proposal_over", user, _about(proposal))


def _about(proposal: Proposal) -> dict[str, Any]:
    """No word of what it is about: a mail lies in many places."""
    address = reverse("accounts:approval", args=[proposal.pk])
    return {"proposal": proposal, "address": f"{settings.PUBLIC_URL}{address}"}


def _mail(name: str, user: User, context: dict[str, Any]) -> dict[str, Any]:
    """A mail from its two templates, in the user's language."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = render_to_string(f"accounts/mail/{name}_subject.txt", {"user": user, **context})
        body = render_to_string(f"accounts/mail/{name}.txt", {"user": user, **context})
    return {
        "subject": settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split()),
        "body": body,
        "to": [user.email],
    }


def deliver_mail(payload: dict[str, Any]) -> None:
    """Sends what `journal.send("mail", …)` put down; an error of the mail server is retried."""
    EmailMessage(
        payload["subject"],
        payload["body"],
        payload.get("from") or settings.DEFAULT_FROM_EMAIL,
        payload["to"],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
