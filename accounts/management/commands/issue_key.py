import json
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actions import keys
from accounts.models.users import platform_code
from accounts.permissions import Right
from journal.values import command


class Command(BaseCommand):
    help = "Issues an API key for a platform and prints it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who uses the key, and what for")
        parser.add_argument("--platform", required=True, help="its code, such as douyin")
        parser.add_argument(
            "--right", required=True, action="append", choices=Right.values, dest="rights"
        )
        parser.add_argument("--last-day", type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        name, platform, last_day = options["name"], options["platform"], options["last_day"]
        try:
            platform_code(platform)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages), returncode=2) from problem
        if not name or len(name) > 50:
            raise CommandError("The name needs 1 to 50 characters.", returncode=2)
        expires = None
        if last_day:
            if not timezone.localdate() <= last_day < date(9999, 1, 1):
                raise CommandError("The last day must be today or later, up to 9998.", returncode=2)
            expires = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time()))
        key, secret = keys.issue(
            name, platform, set(options["rights"]), by=command("issue_key"), expires=expires
        )
        if options["json"]:
            said = {"name": name, "platform": platform, "rights": key.rights, "key": secret}
            print(json.dumps({**said, "prefix": key.prefix}, ensure_ascii=False))
        else:
            print(secret)
            self.stderr.write(f"{name}, {platform}: {', '.join(key.rights)}. Nobody sees it again.")
