"""Passwords that are known to thieves."""

import hashlib
import mmap
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HASH = 40  # hexadecimal digits of SHA-1


class NotBreached:
    """Refuses what settings.BREACHED_PASSWORDS holds; without a file it lets everything pass.

    The file is one line per password, sorted: its SHA-1 in hexadecimal, with or without a count
    behind a colon, as Have I Been Pwned publishes it. It is searched by halves, on this machine:
    nobody is told of a password, not even a part of its hash.
    """

    def validate(self, password: str, user: object = None) -> None:
        place = settings.BREACHED_PASSWORDS
        if place and is_listed(Path(place), password):
            raise ValidationError(
                _("This password is on a list of stolen ones. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("It cannot be one that was stolen from another service.")


def is_listed(place: Path, password: str) -> bool:
    """Whether the file at `place` names the password. About 30 reads for a thousand million."""
    sought = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with place.open("rb") as file:
        if not place.stat().st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            low, high = 0, len(lines)
            while low < high:
                # The line that holds the middle, from its first byte.
                start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
                found = lines[start : start + HASH].upper()
                if found == sought:
                    return True
                if found < sought:
                    end = lines.find(b"\n", start)
                    low = high if end < 0 else end + 1
                else:
                    high = start
    return False
