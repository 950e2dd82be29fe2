"""Settings of sign-in: allauth, passwords, sessions and cookies. config.settings takes them in.

Limits are not here: how long a session lasts and how often somebody may try is a rule, and stands
in accounts.doors.sessions and accounts.doors.tries.
"""

import os

from config.ground import SECURE, TESTING

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "disclosure:search"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.views.adapter.Adapter"
ACCOUNT_FORMS = {"reset_password": "accounts.forms.ResetForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to whoever somebody else types in
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of every change of password or second factor
ACCOUNT_RATE_LIMITS = False  # not atomic, and down with the cache: accounts.doors.tries counts
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Mingpai] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"

MFA_ADAPTER = "accounts.views.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.AppForm",
    "authenticate_webauthn": "accounts.forms.SecurityKeyForm",
    "reauthenticate_webauthn": "accounts.forms.SecurityKeyAgainForm",
}
MFA_TOTP_ISSUER = "Mingpai"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones; a code counts once all the same
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10

# Passwords that were breached: a file of SHA-1 hashes in hexadecimal, sorted, one a line, as Have I
# Been Pwned publishes it (`HASH` or `HASH:COUNT`). Without it the list of common ones stands alone.
BREACHED_PASSWORDS = os.environ.get("BREACHED_PASSWORDS", "")
# Twelve signs or more, and no rule of what they are: length helps, rules make people predictable.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.doors.passwords.NotBreached"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow on purpose else

# A browser believes a cookie with this prefix only from the host itself, by https, for all paths.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session" if SECURE else "sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf" if SECURE else "csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language" if SECURE else "django_language"
MESSAGE_STORAGE = "accounts.doors.cookies.Messages"
SESSION_COOKIE_AGE = 25 * 3600  # above every limit of accounts.doors.sessions, which say why
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
