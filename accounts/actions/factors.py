"""What is noted when a second factor is used or changed."""

import time

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction

from accounts.models import User
from journal import actions as journal
from journal.values import Actor, Audience


@transaction.atomic
def use_code(factor: Authenticator, code: str) -> bool:
    """Notes a right code of an app. False where it, or one of a later time, was used before.

    allauth notes used codes in the cache for one period; this note stays when the cache is lost,
    and covers the period before and after, which are right as well.
    """
    locked = Authenticator.objects.select_for_update(no_key=True).get(pk=factor.pk)
    secret = decrypt(locked.data["secret"])
    now, digits = int(time.time()) // app_settings.TOTP_PERIOD, "".join(code.split())
    around = range(now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE + 1)
    period = next((n for n in around if format_hotp_value(hotp_value(secret, n)) == digits), None)
    if period is None or period <= locked.data.get("last", 0):
        return False
    locked.data["last"] = factor.data["last"] = period
    locked.save(update_fields=["data"])
    return True


def changed(user: User, word: str, *, by: Actor) -> None:
    """Journals that somebody set a factor up, took one away or made recovery codes.

    `word` is "app", "key" or "codes", with "+" or "-" before it; which one is nobody's business.
    """
    journal.record(
        "user.factor_changed",
        user,
        by=by,
        audience=Audience.STAFF,
        changes={word[1:]: "added" if word[0] == "+" else "removed"},
    )
