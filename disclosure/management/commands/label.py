import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.queries import labels
from disclosure.serializers.clocks import read_known_at, read_on
from disclosure.values import Label


class Command(BaseCommand):
    help = "Says what the label of an account is, or was, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("platform", help="its code, such as douyin")
        parser.add_argument("external_id", help="the account's id, or the handle that it holds")
        parser.add_argument("--on", help="the day that the label is true on; today if left out")
        parser.add_argument(
            "--known-at", help="what the register knew at an instant with its zone, or on a day"
        )
        parser.add_argument("--json", action="store_true", help="as the API answers it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on = options["on"] and read_on(options["on"])
            known_at = options["known_at"] and read_known_at(options["known_at"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        platform, external_id = options["platform"], options["external_id"]
        # Whoever has the machine may see every account, also those that have no public page.
        label = labels.label(platform, external_id, on=on, known_at=known_at, everybody=True)
        if label is None:
            raise CommandError(f"No account {external_id} on {platform}.", returncode=2)
        if options["json"]:
            self.stdout.write(json.dumps(label.data, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(self._lines(label)))

    def _lines(self, label: Label) -> list[str]:
        name = f"{label.platform} {label.external_id}"
        known = f", as known at {label.known_at.isoformat()}" if label.known_at else ""
        lines = [
            name + (f" (@{label.handle})" if label.handle else ""),
            f"on {label.on}{known}: {label.state.value}",
            f"  {label.text['en']} / {label.text['zh-Hans']}",
            f"  from {label.valid_from or 'ever'} until {label.valid_until or 'further notice'}",
        ]
        for part in label.managed_by:
            agency, until = part["agency"], part["until"] or "further notice"
            lines.append(
                f"  {agency['name_en']} / {agency['name_zh']} ({', '.join(part['scopes'])})"
                f" since {part['since']} until {until}, by {part['basis']}"
            )
        if label.duty:
            duty = label.duty
            lines.append(
                f"  duty by {duty.rule} ({duty.rule_status}) since {duty.since}, due {duty.due}"
            )
        return lines
