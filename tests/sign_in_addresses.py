"""Rows of tests/addresses.py: signing in, second factors, where somebody is signed in."""

from typing import Any

from allauth.mfa.models import Authenticator

from tests.people import make_person
from tests.rows import LOGIN, SIGNED_IN, Row, everybody, signed_in


def _security_key() -> dict[str, Any]:
    """Of somebody else: nobody finds it."""
    owner = make_person("keeper")
    return {"pk": Authenticator.objects.create(user=owner, type="webauthn", data={}).pk}


# Pages of allauth, as they stand here; ours of the same addresses come before them.
SIGN_IN = {
    # Who has shown a factor is led on.
    "accounts:second_factor": Row(signed_in(302)),
    "accounts:app_add": Row(signed_in()),
    "accounts:app_remove": Row(signed_in(404)),
    "accounts:security_key_add": Row(signed_in()),
    "accounts:security_key_remove": Row(signed_in(404), _security_key),
    "accounts:codes": Row(signed_in(404)),
    "accounts:codes_make": Row(signed_in()),
    "accounts:sessions": Row(signed_in()),
    "accounts:session_end": Row(signed_in(302), method="post", data={"all": "1"}),
    "accounts:stay": Row(signed_in(204), method="post"),
    "mfa_index": Row(signed_in()),
    "mfa_authenticate": Row(everybody(LOGIN) | dict.fromkeys(SIGNED_IN, 302)),
    "mfa_reauthenticate": Row(signed_in(302)),
    "mfa_activate_totp": Row(signed_in()),
    "mfa_deactivate_totp": Row(signed_in(404)),
    "mfa_view_recovery_codes": Row(signed_in(404)),
    "mfa_generate_recovery_codes": Row(signed_in()),
    "mfa_download_recovery_codes": Row(signed_in(404)),
    "mfa_list_webauthn": Row(signed_in()),
    "mfa_add_webauthn": Row(signed_in()),
    "mfa_reauthenticate_webauthn": Row(signed_in(302)),
    "mfa_remove_webauthn": Row(signed_in(404), _security_key),
    "mfa_edit_webauthn": Row(signed_in(404), _security_key),
    "account_login": Row(everybody() | dict.fromkeys(SIGNED_IN, 302)),
    "account_logout": Row(everybody(302) | dict.fromkeys(SIGNED_IN, 200)),
    "account_inactive": Row(everybody()),
    "account_signup": Row(everybody() | dict.fromkeys(SIGNED_IN, 302)),
    "account_reauthenticate": Row(signed_in()),
    "account_email": Row(signed_in()),
    "account_email_verification_sent": Row(everybody()),
    "account_change_password": Row(signed_in()),
    "account_set_password": Row(signed_in(302)),
    "account_reset_password": Row(everybody()),
    "account_confirm_login_code": Row(everybody(LOGIN) | dict.fromkeys(SIGNED_IN, 302)),
    "account_confirm_email": Row(everybody(), lambda: {"key": "nonsense"}),
    "account_reset_password_from_key_done": Row(everybody()),
    "account_reset_password_from_key": Row(everybody(), lambda: {"uidb36": "1", "key": "a-b"}),
    "account_reset_password_done": Row(everybody()),
}
