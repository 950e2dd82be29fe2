"""Accounts of people. Nobody makes their own: an operator does."""

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import notifications
from accounts.models import User
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
    verb = "user.enabled" if active else "user.disabled"
    journal.record(verb, user, by=by, audience=Audience.STAFF)
