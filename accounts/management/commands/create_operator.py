import getpass
import json
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.actions import grants, users
from accounts.models import Grant, User
from accounts.permissions import Role
from journal.values import command

ACTOR = command("create_operator")


class Command(BaseCommand):
    help = "Makes one of the first two operators: from then on they give roles, in twos."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="how pages call the person")
        parser.add_argument("--language", default="", help="en or zh-hans; empty: the browser's")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        email = User.objects.normalize_email(options["email"])
        user = User.objects.filter(email=email).first()
        created = user is None
        try:
            validate_email(email)
            with transaction.atomic():
                if user is None:
                    name = options["name"] or email.partition("@")[0]
                    user = users.create_user(
                        email,
                        name,
                        by=ACTOR,
                        password=self._password(email, options["password_stdin"]),
                        language=options["language"],
                    )
                today = timezone.localdate()
                held = Grant.objects.filter(user=user).in_force(today)
                granted = not held.filter(role=Role.OPERATOR, platform="", territory="").exists()
                if granted:
                    grants.first_operator(user, by=ACTOR)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        except grants.GrantRefused as problem:
            raise CommandError(str(problem), returncode=2) from problem
        if options["json"]:
            print(json.dumps({"email": email, "created": created, "granted": granted}))
        else:
            self.stderr.write(f"{email} is an operator" + ("" if granted else " already"))

    def _password(self, email: str, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\n")
        elif sys.stdin.isatty():
            password = getpass.getpass("Password: ")
            if password != getpass.getpass("Again: "):
                raise CommandError("The two passwords differ.", returncode=2)
        else:
            raise CommandError("Say --password-stdin where nobody can type.", returncode=2)
        validate_password(password, User(email=email))
        return password
