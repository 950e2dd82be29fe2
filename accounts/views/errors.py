"""What people and programs get when something is wrong.

Django hands the error over by name, so the argument keeps its name where it is not used.
"""

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.doors import DIRECT, problem_response
from journal.values import request_id

log = logging.getLogger("mingpai.errors")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _answer(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that was open too long, or that another site sent."""
    return render(request, "accounts/form_expired.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says what to quote. The page's shell may need what has just failed: then words alone."""
    try:
        return _answer(request, 500)
    except Exception:
        log.exception("the error page failed as well")
        text = f"Something went wrong here 服务器出错了. Request: {request_id.get()}\n"
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if DIRECT.match(request.path_info):
        return problem_response(request, status)
    context = {"request_id": request_id.get()}
    return render(request, f"errors/{status}.html", context, status=status)
