"""What is kept so that only this portal reads it: words under FIELD_KEYS."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


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
