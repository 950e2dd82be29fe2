"""Accounts of people. Nobody makes their own: an operator does."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import notifications
from accounts.models import OpenSession, User
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience


class AddressTaken(ValueError):
    """Somebody already signs in by this address."""


@transaction.atomic
def create_user(
    email: str, name: str, *, by: Actor, password: str | None = None, language: str = ""
) -> User:
    """A user who can sign in by this address, without any grant.

    The address counts as verified: who makes the account vouches for it, and without a password
    the way in is a link sent there. Raises AddressTaken.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, language=language)
    except IntegrityError as error:
        raise AddressTaken(email) from error
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    journal.record("user.created", user, by=by, audience=Audience.STAFF)
    return user


@transaction.atomic
def invite(email: str, name: str, *, by: Actor, language: str = "") -> User:
    """A new user and, after commit, a mail with the link to choose a password. AddressTaken."""
    user = create_user(email, name, by=by, language=language)
    journal.send("mail", notifications.invitation(user))
    return user


@transaction.atomic
def change_profile(user: User, *, name: str, language: str, by: Actor) -> None:
    """What people say about themselves. The journal learns that it changed, not what to."""
    changes = {
        field: "changed"
        for field, value in (("name", name), ("language", language))
        if getattr(user, field) != value
    }
    if not changes:
        return
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    journal.record("user.changed", user, by=by, audience=Audience.STAFF, changes=changes)


def set_language(user: User, language: str) -> None:
    """The language of pages and mails. A taste, not a fact: it is not journalled."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


def forget_sessions() -> int:
    """Deletes what is left of sessions that are over. Returns how many."""
    deleted, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return deleted


@transaction.atomic
def set_active(user: User, active: bool, *, by: Actor) -> None:
    """Lets somebody sign in, or no more: open sessions end with their next request.

    Raises PermissionError for the actor's own account, because nobody locks themselves out, and for
    an actor whose grant does not reach everything, because the user's grants may lie outside.
    """
    if by.is_limited or (by.kind is ActorKind.USER and by.id == str(user.pk)):
        raise PermissionError(by.id)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.is_active == active:
        return
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        end_sessions(user)
    verb = "user.enabled" if active else "user.disabled"
    journal.record(verb, user, by=by, audience=Audience.STAFF)


def use_session(key: str, user_id: int, agent: str, age: float) -> None:
    """Notes that a session is in use, at most once a minute. `age`: seconds since the sign-in."""
    now = timezone.now()
    if OpenSession.objects.filter(pk=key).update(seen_at=now):
        return
    if Session.objects.filter(pk=key).exists():  # not of one that has just ended elsewhere
        OpenSession.objects.get_or_create(
            pk=key,
            defaults={
                "user_id": user_id,
                "agent": agent[:200],
                "began_at": now - timedelta(seconds=age),
                "seen_at": now,
            },
        )


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Ends the user's sessions, except the one with this key. Returns how many."""
    keys = user.open_sessions.exclude(pk=but or "").values_list("pk", flat=True)
    _deleted, by_model = Session.objects.filter(pk__in=list(keys)).delete()
    return by_model.get("sessions.Session", 0)


def end_session(session: OpenSession) -> None:
    """Ends one session: its next request is nobody's."""
    Session.objects.filter(pk=session.pk).delete()


@transaction.atomic
def reset_factors(user: User, *, by: Actor) -> None:
    """Takes every second factor and every recovery code from somebody who has lost them.

    All of their sessions end and a mail tells them. They sign in with the password alone and have
    no role until they have set up a new factor. Raises PermissionError for the actor's own account
    and for an actor whose grant does not reach everything, as set_active does.
    """
    if by.is_limited or (by.kind is ActorKind.USER and by.id == str(user.pk)):
        raise PermissionError(by.id)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    deleted, _by_model = Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    if not deleted:
        return
    journal.record("user.factors_reset", user, by=by, audience=Audience.STAFF)
    journal.send("mail", notifications.factors_reset(user))
