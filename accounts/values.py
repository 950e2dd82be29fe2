"""Words that only this portal reads (under FIELD_KEYS); secrets and codes that it gives out; what
anybody can read of a text."""

import hashlib
import secrets
import unicodedata
from datetime import date

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# Crockford's base 32: no I, L, O or U, so that a code survives being read aloud and typed.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FIRST_DAY = date(2000, 1, 1)  # as for the days that an account's page can be asked for
LAST_DAY = date(2199, 12, 31)  # that anybody may name: the calendar needs a day after it
JOINER, AS_EMOJI = "\u200d", "\ufe0f"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def readable(text: str) -> str:
    """The text without what nobody sees (Unicode's category Cf): marks that join nothing, or turn
    the order of what follows. What joins two emoji into one stays."""
    kept = ""
    for at, sign in enumerate(text):
        joins = sign == JOINER and _is_emoji(kept[-1:]) and _is_emoji(text[at + 1 : at + 2])
        if joins or unicodedata.category(sign) != "Cf":
            kept += sign
    return kept


def _is_emoji(sign: str) -> bool:
    """Whether an emoji can begin or end with the sign; "" is none."""
    return sign == AS_EMOJI or (sign != "" and unicodedata.category(sign) in ("So", "Sk", "Sm"))


def seal(text: str) -> bytes:
    """The text under the first key."""
    return _box().encrypt(text.encode())


def unseal(sealed: bytes, seconds: int | None = None) -> str | None:
    """The text, or None where no key opens it or it was sealed more than `seconds` ago."""
    try:
        return _box().decrypt(bytes(sealed), ttl=seconds).decode()
    except InvalidToken:
        return None


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def new_token() -> str:
    """A secret of 192 bits for an address or a cookie; whoever has it is believed."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """What is kept of a token. At 192 bits a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code(length: int) -> str:
    """A code for people to type, of 5 bits a character. Not for opening anything."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def read_code(text: str) -> str:
    """The code that somebody typed: in either case, with or without hyphens and spaces."""
    kept = (sign for sign in text.upper().translate(_ALIKE) if sign in ALPHABET)
    return "".join(kept)


def grouped(code: str, by: int = 4) -> str:
    """A code as people read it: `K7QF-2M9D`."""
    return "-".join(code[at : at + by] for at in range(0, len(code), by))
