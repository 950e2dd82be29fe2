"""What an authenticator app would show."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PERIOD = 30  # seconds


def code_of(secret: str, later: int = 0) -> str:
    """The code of a secret now, or so many periods later (negative: before)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + later))
