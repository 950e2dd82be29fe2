from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.exports import access_page

PAGE = Path(settings.BASE_DIR) / "docs" / "access.md"


class Command(BaseCommand):
    help = "Writes docs/access.md, who may do what, from the tables that the code asks."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(access_page(), encoding="utf-8")
        self.stderr.write(f"{PAGE.name} is written.")
