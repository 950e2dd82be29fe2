"""Receipts: what a reporter keeps instead of an account. Pure."""

from django.utils.crypto import salted_hmac

from accounts.values import new_code, read_code

LENGTH = 24  # 120 bits: nobody guesses one, so a fast hash is enough (ASVS 6.5.2)


def new_receipt() -> str:
    """24 characters, without the hyphens that people read them by."""
    return new_code(LENGTH)


def read_receipt(text: str) -> str | None:
    """The receipt that somebody typed; None for what cannot be one."""
    code = read_code(text)
    return code if len(code) == LENGTH else None


def hashed(receipt: str) -> str:
    """What is kept of a receipt: an HMAC-SHA-256 under a key derived from SECRET_KEY."""
    return salted_hmac("reports.receipt", receipt, algorithm="sha256").hexdigest()
