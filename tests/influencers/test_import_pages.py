"""Uploading a file, following it, and deciding about a dry run, as staff do it."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from influencers.models import ImportBatch, Profile
from journal import actions as journal

pytestmark = pytest.mark.django_db

HEAD = "platform,handle,display_name,followers,observed_on\n"
GOOD = HEAD + "douyin,atang,阿棠,13.8M,2026-03-31\nweibo,lujiu,陆九,1380万,2026-03-31\n"
MIXED = GOOD + "douyin,bad,Bad,54.2Q,2026-03-31\nnowhere,x,X,1,2026-03-31\n"


def upload(client: Client, text: str | bytes, name: str = "march.csv", **fields: Any) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    fields.setdefault("token", str(uuid.uuid4()))
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, content), **fields})


def page_of(client: Client) -> str:
    batch = ImportBatch.objects.get()
    return client.get(f"/imports/{batch.public_id}/").content.decode()


def test_upload_is_checked_applied_and_told(as_operator: Client) -> None:
    answer = upload(as_operator, GOOD)
    batch = ImportBatch.objects.get()
    assert answer["Location"] == f"/imports/{batch.public_id}/"
    assert "the work goes on" in page_of(as_operator)
    journal.follow_all()
    assert set(Profile.objects.values_list("handle", "followers")) == {
        ("atang", 13_800_000),
        ("lujiu", 13_800_000),
    }
    page = page_of(as_operator)
    assert "applied" in page
    assert "hx-trigger" not in page


def test_same_page_sent_twice_is_one_import(as_operator: Client) -> None:
    token = str(uuid.uuid4())
    first, second = (upload(as_operator, GOOD, token=token) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ImportBatch.objects.count() == 1


def test_second_upload_of_the_same_file_changes_nothing_and_says_so(as_operator: Client) -> None:
    upload(as_operator, GOOD)
    journal.follow_all()
    answer = upload(as_operator, GOOD)
    journal.follow_all()
    page = as_operator.get(answer["Location"]).content.decode()
    assert "Nothing had to change" in page
    assert "The same file was applied before" in page
    assert Profile.objects.count() == 2


def test_refused_cells_are_named_and_the_rest_is_applied(as_operator: Client) -> None:
    upload(as_operator, MIXED)
    journal.follow_all()
    page = page_of(as_operator)
    assert "54.2Q" in page
    assert "This platform is not known here." in page
    assert Profile.objects.count() == 2


def test_file_of_refused_cells_names_line_cell_and_problem(as_operator: Client) -> None:
    upload(as_operator, MIXED + '"douyin","f","=cmd()","=1+1","2026-03-31"\n')
    journal.follow_all()
    batch = ImportBatch.objects.get()
    answer = as_operator.get(f"/imports/{batch.public_id}/problems.csv")
    lines = b"".join(answer).decode().removeprefix("\ufeff").splitlines()
    assert lines[0] == "line,column,value,problem,explanation"
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["4", "followers", "54.2Q", "count"],
        ["5", "platform", "nowhere", "platform"],
        ["6", "followers", "'=1+1", "count"],
    ]
    assert answer["Content-Disposition"].startswith("attachment")


def test_dry_run_changes_nothing_until_it_is_applied_once(as_operator: Client) -> None:
    upload(as_operator, GOOD, dry_run="on")
    journal.follow_all()
    assert Profile.objects.count() == 0
    assert "Apply it" in page_of(as_operator)
    where = f"/imports/{ImportBatch.objects.get().public_id}/decide/"
    for _ in range(2):
        as_operator.post(where, {"decision": "apply"})
    journal.follow_all()
    assert Profile.objects.count() == 2
    as_operator.post(where, {"decision": "drop"})
    assert ImportBatch.objects.get().status == "applied"


def test_dry_run_can_be_dropped(as_operator: Client) -> None:
    upload(as_operator, GOOD, dry_run="on")
    journal.follow_all()
    where = f"/imports/{ImportBatch.objects.get().public_id}/decide/"
    as_operator.post(where, {"decision": "drop"})
    assert ImportBatch.objects.get().status == "dropped"
    assert Profile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfeh\x00", "UTF-16"),
        (b"PK\x03\x04aaaa", "not text"),
        (b"platform,handle\x00\n", "NUL byte"),
        (b"", "empty"),
    ],
)
def test_upload_that_is_no_text_is_refused_at_the_door(
    as_operator: Client, content: bytes, says: str
) -> None:
    page = upload(as_operator, content).content.decode()
    assert says in page
    assert "<title>Error: " in page
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xb0\xa2\xcc\xc4,x\n1,2\n", "not UTF-8"),
        (b"a,b\n1,2\n", "names none of"),
        (b"platform,handle\ndouyin,a\n", "lacks these columns"),
    ],
)
def test_file_that_cannot_be_used_says_why(as_operator: Client, content: bytes, says: str) -> None:
    upload(as_operator, content)
    journal.follow_all()
    page = page_of(as_operator)
    assert "Nothing of this file was applied" in page
    assert says in page
    assert ImportBatch.objects.get().status == "refused"


def test_file_of_another_kind_is_refused(as_operator: Client) -> None:
    assert "the name must end in" in upload(as_operator, GOOD, name="a.xls").content.decode()


def test_regulator_sees_imports_and_sends_none(as_operator: Client, as_regulator: Client) -> None:
    upload(as_operator, GOOD)
    page = as_regulator.get("/imports/").content.decode()
    assert "march.csv" in page
    assert "/imports/new/" not in page
    assert upload(as_regulator, GOOD).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    as_operator: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        upload(as_operator, GOOD, name=f"{number}.csv")
    with django_assert_num_queries(6):  # session, user, grants, sight given and taken, imports
        as_operator.get("/imports/")


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_database_the_same_however_many_cells_were_refused(
    as_operator: Client, count: int, django_assert_num_queries: Any
) -> None:
    upload(as_operator, HEAD + "".join(f"douyin,h{n},N,x,2026-03-31\n" for n in range(count)))
    journal.follow_all()
    where = f"/imports/{ImportBatch.objects.get().public_id}/"
    # session, user, grants, sight given and taken, import, ranges, refused cells
    with django_assert_num_queries(8):
        as_operator.get(where)


def test_sample_names_the_columns(as_operator: Client) -> None:
    text = b"".join(as_operator.get("/imports/sample.csv")).decode()
    assert text.startswith("\ufeffplatform,external_id,handle,display_name,followers")
