"""The number of a legal representative's document: compared, never kept."""

from django.utils.crypto import salted_hmac


def legal_hash(number: str) -> str:
    """A keyed hash of the number, however it is typed; "" of none. Without the key nobody can try
    numbers until one fits, of which there are few enough."""
    plain = "".join(sign for sign in number.upper() if sign.isalnum())
    if not plain:
        return ""
    return salted_hmac("agencies.legal", plain, algorithm="sha256").hexdigest()
