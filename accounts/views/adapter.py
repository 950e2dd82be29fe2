"""What sign-in does differently here: no sign-up, mails through the outbox, exact limits, sealed
secrets of factors, a word to whoever signs in by a browser that was not seen before."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.actions import users
from accounts.doors.cookies import cookie_name, keep_cookie
from accounts.doors.factors import signed_in_lately, stamp_sign_in, two_factor
from accounts.doors.tries import too_often, tried, tried_to_sign_in
from accounts.models import User
from accounts.values import seal, unseal
from journal import actions as journal

RESET = "account/email/password_reset_key"  # the mail that anybody can ask for
BROWSER, A_YEAR, BROWSER_KNOWS = "browser", 365 * 24 * 3600, 10


class Adapter(DefaultAccountAdapter):
    """allauth's own limits are switched off: they are not atomic, and fail with the cache."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # operators make the accounts

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if seconds := tried_to_sign_in(request, str(credentials.get("email", ""))):
            raise ValidationError(too_often(seconds), code="too_many_login_attempts")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Nobody's: allauth would write it into mails, and nothing here needs it."""
        return "0.0.0.0"  # noqa: S104

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not where somebody signed in a moment ago with all that they have."""
        if signed_in_lately(self.request):
            mine = Authenticator.objects.filter(user=self.request.user)
            if two_factor(self.request) or not mine.exists():
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: User, password: str) -> None:
        """A new password, for whatever reason, ends every session but this one."""
        super().set_password(user, password)
        here = self.request.user.pk == user.pk
        users.end_sessions(user, but=self.request.session.session_key if here else None)

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse | None:
        stamp_sign_in(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **options)
        return answer

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Tells by mail of a browser that this user was not signed in by before."""
        response: HttpResponse = super().post_login(request, user, **options)
        me = salted_hmac("browser", str(user.pk)).hexdigest()[:16]
        known = self._known(request)
        if me not in known:
            self.send_notification_mail("account/email/new_browser", user)
        fresh = [me, *(each for each in known if each != me)][:BROWSER_KNOWS]
        keep_cookie(response, BROWSER, signing.dumps(fresh, salt=BROWSER), A_YEAR)
        return response

    @staticmethod
    def _known(request: HttpRequest) -> list[str]:
        """Users that the browser says it signed in before, by a hash that only we can make."""
        said = request.COOKIES.get(cookie_name(BROWSER), "")
        try:
            return list(signing.loads(said, salt=BROWSER, max_age=A_YEAR))
        except signing.BadSignature:
            return []

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox. Above the limit of links nothing is sent and nobody is told, as for an
        address that is unknown."""
        if template_prefix == RESET and tried("mail", email.lower()):
            return
        request = allauth_context.request
        message = self.render_mail(template_prefix, email, {"request": request, **context})
        with transaction.atomic():
            journal.send(
                "mail",
                {"subject": message.subject, "body": message.body, "to": message.to},
            )


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of factors lie sealed under the portal's own keys."""

    def encrypt(self, text: str) -> str:
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        text = unseal(encrypted_text.encode())
        if text is None:
            raise ValueError("No key of FIELD_KEYS opens the secret of this factor.")
        return text

    def build_totp_svg(self, url: str) -> str:
        """For the page itself, which shows no picture from an address of data."""
        return super().build_totp_svg(url).partition("?>")[2].strip()

    def get_totp_issuer(self) -> str:
        return settings.MFA_TOTP_ISSUER
