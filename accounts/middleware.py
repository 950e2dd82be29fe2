"""What every request passes."""

import re
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

import structlog
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.locale import LocaleMiddleware
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.doors import DIRECT, actor_of_user, problem_response, with_sight
from accounts.doors.factors import drop_overtaken_sign_in, one_factor, two_factor
from accounts.doors.sessions import IDLE, Stay
from journal.actions import context
from journal.values import NOBODY, Actor, request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestId:
    """One id for a request: in its answer, in its log lines, in its journal entries."""

    good = re.compile(r"[A-Za-z0-9._-]{8,60}\Z")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        chosen = given if self.good.match(given) else uuid.uuid4().hex
        token = request_id.set(chosen)
        structlog.contextvars.bind_contextvars(request_id=chosen)
        request.actor = NOBODY  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            request_id.reset(token)
        response.headers["X-Request-ID"] = chosen
        return response


class Answers:
    """What every page says to browsers, also an error page from in front of the page middleware."""

    isolation = {
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in settings.PERMISSIONS_POLICY),
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        if response.status_code == 405 and not DIRECT.match(request.path_info):
            # Django answers a wrong method with nothing at all.
            response.content = render_to_string("errors/405.html", {}, request)  # type: ignore
        for name, value in self.isolation.items():
            response.headers.setdefault(name, value)
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = build_policy()
        return response


# What browsers do with pages. A view that was written for a form would take a PUT for a look at it.
METHODS = ("GET", "HEAD", "POST")


def _keep_nowhere(response: HttpResponseBase) -> None:
    """What somebody in particular is shown is kept by no cache, whatever the view says of what it
    shows to everybody."""
    if "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-store, private"


class PagesOnly:
    """Runs settings.PAGE_MIDDLEWARE for pages; the API and the health addresses step over it.

    Measured: sessions, languages, CSRF and messages cost a label look-up more than its query. As
    the API then has no session cookie, it has no cross-site requests to fear either.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.direct = get_response
        chain: Any = get_response
        self.views: list[Any] = []
        self.exceptions: list[Any] = []
        self.templates: list[Any] = []
        for path in reversed(settings.PAGE_MIDDLEWARE):
            try:
                middleware = import_string(path)(chain)
            except MiddlewareNotUsed:
                continue
            # The order in which Django itself calls them: views from outside, the others back out.
            if hasattr(middleware, "process_view"):
                self.views.insert(0, middleware.process_view)
            if hasattr(middleware, "process_exception"):
                self.exceptions.append(middleware.process_exception)
            if hasattr(middleware, "process_template_response"):
                self.templates.append(middleware.process_template_response)
            chain = convert_exception_to_response(middleware)
        self.paged = chain

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not DIRECT.match(request.path_info):
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            return self.paged(request)
        translation.deactivate()  # what the page before it on this thread has set
        if settings.SECURE and not request.is_secure() and request.path_info.startswith("/api/"):
            # Not redirected as pages are: that would hide that a key went over the wire in clear.
            return problem_response(request, 403, "This API is called by https only.")
        # The key that a view may ask for tells the database more. No query for anybody else.
        with context.seeing(context.PUBLIC):
            response = with_sight(self.direct(request))
        if request.actor.is_known:  # type: ignore[attr-defined]  # a key
            _keep_nowhere(response)
        return response

    def process_view(self, request: HttpRequest, *call: Any) -> HttpResponseBase | None:
        return self._first(self.views, request, *call)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return self._first(self.exceptions, request, error)

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        if not DIRECT.match(request.path_info):
            for each in self.templates:
                response = each(request, response)
        return response

    @staticmethod
    def _first(calls: list[Any], request: HttpRequest, *rest: Any) -> HttpResponseBase | None:
        if not DIRECT.match(request.path_info):
            for each in calls:
                response = each(request, *rest)
                if response is not None:
                    return response
        return None


class Language(LocaleMiddleware):
    """The language of the cookie or the browser; ActorAtTheDoor replaces it by the user's own."""


class ActorAtTheDoor:
    """Puts `request.actor` together; the grants are asked for when it is first looked at.

    A session whose user was disabled, or that lasted too long, is ended. One without a second
    factor is worth no role (`request.lacks_factor` says that something was taken). A visitor
    without a session costs no query. What a signed-in user sees is kept by no cache, also not by
    the browser's after the sign-out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._arrive(request)
        elif SESSION_KEY in request.session:
            request.session.flush()
        elif LOGIN_SESSION_KEY in request.session:
            drop_overtaken_sign_in(request)
        user = request.user
        response = self.get_response(request)
        if user.is_authenticated:
            _keep_nowhere(response)
        elif request.htmx:  # type: ignore[attr-defined]
            return self._whole_page(request, response)
        return response

    def _arrive(self, request: Any) -> None:
        user = request.user
        granted = cache(lambda: actor_of_user(user))  # one query, where anything asks
        stay = Stay(request, staff=lambda: bool(granted().roles))
        if over := stay.over():
            request.session.flush()
            request.user = AnonymousUser()
            messages.info(request, self._why(over))
            return
        stay.use(request)
        request.stay, request.two_factor, request.lacks_factor = stay, two_factor(request), False
        request.actor = SimpleLazyObject(lambda: self._worth(request, granted()))
        if user.language and user.language != translation.get_language():
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()

    @staticmethod
    def _worth(request: Any, granted: Actor) -> Actor:
        if request.two_factor or not granted.roles:
            return granted
        request.lacks_factor = True
        return one_factor(granted)

    @staticmethod
    def _why(over: str) -> str:
        if over == IDLE:
            return _("You were signed out, because nothing had happened here for some time.")
        return _("You were signed out, because you had been signed in for so long.")

    @staticmethod
    def _whole_page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A session that ended under an open page: all of the page goes to the login, instead of a
        login form turning up inside of a table."""
        login = reverse(settings.LOGIN_URL)
        if not response.headers.get("Location", "").startswith(login):
            return response
        here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(f"{login}?{urlencode({'next': here})}")
