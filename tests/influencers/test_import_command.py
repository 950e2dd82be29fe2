"""`manage.py import_profiles`: what it prints, and how it exits."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dashboards.models import Tally
from influencers.models import Profile

pytestmark = pytest.mark.django_db

HEAD = "platform,handle,display_name,followers,observed_on\n"
MARCH = HEAD + "douyin,atang,阿棠,9.9M,2026-03-31\nweibo,lujiu,陆九,4M,2026-03-31\n"
APRIL = HEAD + "douyin,atang,阿棠,12.4M,2026-04-30\nweibo,lujiu,陆九,4.1M,2026-04-30\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "march.csv").write_text(MARCH)
    (tmp_path / "april.csv").write_text(APRIL)
    (tmp_path / "mixed.csv").write_text(MARCH + "douyin,bad,Bad,54.2Q,2026-03-31\n")
    (tmp_path / "broken.csv").write_bytes(b"platform,handle\x00\n")
    return tmp_path


def run(*paths: Path, **options: Any) -> tuple[dict[str, Any], int]:
    """What the command says as JSON, and its exit status."""
    out, status = io.StringIO(), 0
    try:
        call_command(
            "import_profiles", *map(str, paths), json=True, stdout=out, stderr=io.StringIO(),
            **options,
        )  # fmt: skip
    except CommandError as problem:
        status = problem.returncode
    return json.loads(out.getvalue()), status


def counts(said: dict[str, Any]) -> dict[str, int]:
    return {name: value for name, value in said.items() if name not in ("files", "dry_run")}


def test_file_is_applied_and_everything_that_follows(folder: Path) -> None:
    said, status = run(folder / "march.csv")
    assert status == 0
    assert counts(said) == {
        "read": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "repeated": 0,
        "errors": 0,
        "tier_changes": 0,
    }
    assert Tally.objects.filter(profiles=1).count() == 2


def test_next_month_moves_a_tier(folder: Path) -> None:
    said, status = run(folder / "march.csv", folder / "april.csv")
    assert (status, said["updated"], said["tier_changes"]) == (0, 2, 1)
    assert [file["file"] for file in said["files"]] == [
        str(folder / "march.csv"),
        str(folder / "april.csv"),
    ]


def test_same_file_again_changes_nothing(folder: Path) -> None:
    run(folder / "march.csv")
    said, status = run(folder / "march.csv")
    assert (status, said["created"], said["updated"], said["unchanged"]) == (0, 0, 0, 2)


def test_refused_rows_exit_with_one_and_the_rest_stays(folder: Path) -> None:
    said, status = run(folder / "mixed.csv")
    assert (status, said["errors"], said["created"]) == (1, 1, 2)
    assert Profile.objects.count() == 2


def test_unusable_file_exits_with_two(folder: Path) -> None:
    said, status = run(folder / "broken.csv")
    assert (status, said["read"]) == (2, 0)
    assert "NUL byte" in said["files"][0]["refused"]
    assert Profile.objects.count() == 0


def test_missing_file_beside_a_good_one_exits_with_one(folder: Path) -> None:
    said, status = run(folder / "nowhere.csv", folder / "march.csv")
    assert (status, said["created"]) == (1, 2)
    assert "No such file" in said["files"][0]["refused"]


def test_missing_file_alone_exits_with_two(folder: Path) -> None:
    assert run(folder / "nowhere.csv")[1] == 2


def test_dry_run_counts_and_applies_nothing(folder: Path) -> None:
    said, status = run(folder / "march.csv", dry_run=True)
    assert (status, said["created"], said["dry_run"]) == (0, 2, True)
    assert Profile.objects.count() == 0
