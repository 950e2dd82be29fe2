"""Mails: what they say and how they leave."""

import pytest
from django.core import mail

from accounts import notifications
from accounts.models import User
from journal import actions as journal

pytestmark = pytest.mark.django_db


def test_mail_of_the_outbox_is_sent_as_it_was_written() -> None:
    journal.send("mail", {"subject": "S", "body": "B 正文", "to": ["a@example.com"]})
    assert journal.deliver() == 1
    (letter,) = mail.outbox
    assert (letter.subject, letter.body, letter.to) == ("S", "B 正文", ["a@example.com"])
    assert letter.from_email == "Mingpai <noreply@localhost>"
    assert letter.extra_headers == {"Auto-Submitted": "auto-generated"}


def test_invitation_names_the_login_and_is_not_escaped() -> None:
    user = User.objects.create_user("a@example.com", name="O'Neil & <Söhne>")
    said = notifications.invitation(user)
    assert said["subject"] == "[Mingpai] Your Mingpai account"
    assert said["body"].startswith("Hello O'Neil & <Söhne>,")
    assert "You then sign in with a@example.com." in said["body"]
