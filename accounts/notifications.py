"""Mails: what they say, and how a worker sends them."""

from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User


def invitation(user: User) -> dict[str, Any]:
    """The mail that tells a new user where to choose a password, in the user's language."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    address = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])
    context = {"user": user, "address": f"{settings.PUBLIC_URL}{address}"}
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = render_to_string("accounts/mail/invitation_subject.txt", context)
        body = render_to_string("accounts/mail/invitation.txt", context)
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
