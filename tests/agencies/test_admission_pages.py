"""Pages of applications, admissions, filings, the blacklist and of agencies that are no more."""

import csv
import io
import zlib
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.doors import UploadRefused
from accounts.doors.documents import check_document
from agencies.actions import endings
from agencies.models import Admission, AdmissionStop, Application, Blacklisted, Evidence, Filing
from journal.actions.context import PASS, seeing
from tests.factories.admissions import admitted, applied, asked_in
from tests.factories.agencies import credit_code, make_agency
from tests.people import the_agency, two_people

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF"


def document(content: bytes = PDF, name: str = "licence.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def filled(**more: Any) -> dict[str, Any]:
    return {
        "credit_code": credit_code(),
        "name_zh": "新星文化",
        "name_en": "Nova Culture",
        "platforms": ["douyin"],
        "responsible": "Ms Li",
        "reviewers": 3,
        "contact_email": "li@example.org",
        "registration_text": "Licence 1",
        "people_text": "Ms Li",
        "systems_file": document(),
        **more,
    }


def queries(client: Client, address: str) -> int:
    client.get(address)  # what is looked up once
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_firm_applies_without_an_account_and_follows_by_its_reference(
    client: Client, as_operator: Client
) -> None:
    page = client.post("/agencies/apply/", filled())
    reference = page.context["reference"]
    assert reference in page.content.decode()
    said = client.post("/agencies/apply/track/", {"reference": reference})
    assert said.context["application"].name_zh == "新星文化"
    wrong = client.post("/agencies/apply/track/", {"reference": "X" * 24})
    assert "No application has this reference." in wrong.content.decode()
    with seeing(PASS):
        made = Application.objects.get()
        row = Evidence.objects.get(file__isnull=False)
    answer = as_operator.get(f"/agencies/evidence/{row.public_id}/")
    assert (b"".join(answer), answer["Content-Disposition"]) == (  # type: ignore[arg-type]
        PDF,
        'attachment; filename="licence.pdf"',
    )
    address = f"/agencies/applications/{made.public_id}/"
    assert as_operator.post(address, {"outcome": "refuse"}).status_code == 200  # without a word
    assert as_operator.post(address, {"outcome": "take"}).status_code == 302
    again = client.post("/agencies/apply/track/", {"reference": reference})
    assert "Douyin" in again.content.decode()


def test_form_names_what_is_missing_and_knows_no_code(client: Client) -> None:
    page = client.post("/agencies/apply/", filled(credit_code="1" * 18, people_text=""))
    assert set(page.context["form"].errors) == {"credit_code", "people_text"}


def test_firm_applies_a_few_times_an_hour(client: Client) -> None:
    given = [client.post("/agencies/apply/", filled()).status_code for _number in range(6)]
    assert given == [200, 200, 200, 200, 200, 429]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html>"),
        ("a.pdf", b"<html>"),
        ("a.pdf", b""),
        ("a.pdf", PDF + b"/OpenAction 1 0 R"),
        ("a.pdf", PDF + b"/J#61vaScript"),
        ("a.pdf", PDF + b"/Encrypt 2 0 R"),
        ("a.png", b"\xff\xd8\xff"),
    ],
)
def test_document_that_does_something_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UploadRefused):
        check_document(document(content, name))


def test_document_packed_with_a_script_is_refused() -> None:
    packed = b"stream\n" + zlib.compress(b"<</S/JavaScript/JS(x)>>") + b"\nendstream"
    with pytest.raises(UploadRefused, match="scripts"):
        check_document(document(PDF + packed))
    harmless = b"stream\n" + zlib.compress(b"BT (JavaScript is a word) Tj ET") + b"\nendstream"
    assert check_document(document(PDF + harmless)).kind == "pdf"


def test_operator_checks_decides_and_files(as_operator: Client) -> None:
    row = asked_in(make_agency())
    address = f"/agencies/admissions/{row.pk}/"
    for kind in ("registration", "people", "systems"):
        said = {"outcome": "passed", "note": "Seen"}
        assert as_operator.post(f"{address}checks/{kind}/", said).status_code == 302
    assert as_operator.get(f"{address}checks/nothing/").status_code == 404
    assert as_operator.post(f"{address}decide/", {"outcome": "refuse"}).status_code == 200
    assert as_operator.post(f"{address}decide/", {"outcome": "admit"}).status_code == 302
    with seeing(PASS):
        row = Admission.objects.get(pk=row.pk)
        filing = Filing.objects.get(admission=row)
    assert row.status == "admitted"
    said = {"number": "BA-1", "filed_on": filing.happened_on.isoformat()}
    assert as_operator.post(f"/agencies/filings/{filing.pk}/", said).status_code == 302
    text = b"".join(as_operator.get("/agencies/filings/export/")).decode("utf-8-sig")  # type: ignore[arg-type]
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["Filing number"], line["Credit code"]) == ("BA-1", row.agency.credit_code)
    book = b"".join(as_operator.get("/agencies/filings/export/?as=xlsx"))  # type: ignore[arg-type]
    assert openpyxl.load_workbook(io.BytesIO(book)).active["J2"].value == "BA-1"  # type: ignore[index]


def test_blacklist_is_kept_and_shown_to_staff_only(
    as_operator: Client, as_mcn_owner: Client
) -> None:
    agency = the_agency()
    said = {"name": "Gone", "credit_code": agency.credit_code, "reason": "Fraud."}
    assert as_operator.post("/agencies/blacklist/new/", said).status_code == 302
    row = asked_in(agency)
    assert "Fraud." in as_operator.get(f"/agencies/admissions/{row.pk}/").content.decode()
    assert "Fraud." not in as_mcn_owner.get("/portal/platforms/").content.decode()
    with seeing(PASS):
        entry = Blacklisted.objects.get()
    assert as_operator.post(f"/agencies/blacklist/{entry.pk}/end/").status_code == 302
    assert "Fraud." not in as_operator.get(f"/agencies/admissions/{row.pk}/").content.decode()


def test_stop_is_shown_where_firms_apply(as_operator: Client, client: Client) -> None:
    address = "/agencies/admissions/taken/douyin/"
    assert as_operator.post(address, {"reason": "Under order."}).status_code == 302
    assert "Under order." in client.get("/agencies/apply/").content.decode()
    assert as_operator.post(address).status_code == 302
    assert AdmissionStop.objects.filter(until__isnull=True).count() == 0


def test_owner_applies_from_the_desk(as_mcn_owner: Client) -> None:
    said = filled(platforms=["weibo"])
    assert as_mcn_owner.post("/portal/platforms/new/", said).status_code == 302
    assert "Weibo" in as_mcn_owner.get("/portal/platforms/").content.decode()


def test_overdue_filings_stand_on_the_overview(as_operator: Client) -> None:
    with seeing(PASS):
        Filing.objects.filter(pk=admitted(make_agency()).filings.get().pk).update(
            counted_from=date(2026, 1, 1), due=date(2026, 1, 15)
        )
    work = as_operator.get("/dashboards/").context["work"]
    assert work.filings == 1
    assert len(as_operator.get("/agencies/filings/?state=overdue").context["page"].items) == 1


def test_public_page_and_api_say_where_it_is_admitted_and_who_followed(client: Client) -> None:
    old, new = make_agency("Old", since=date(2026, 1, 1)), make_agency("New")
    admitted(new)
    first, second = two_people()
    with seeing(PASS):
        endings.merge(old, new, day=date(2026, 3, 1), by=second, proposed_by=first)
    page = client.get(f"/agencies/{old.slug}/").content.decode()
    assert ("Merged on" in page, new.name_en in page) == (True, True)
    said = client.get(f"/agencies/{new.slug}/").content.decode()
    assert ("Douyin" in said, "Took over" in said) == (True, True)
    shown = client.get(f"/api/v1/agencies/{new.slug}").json()
    assert (shown["admissions"][0]["platform"], shown["predecessors"]) == ("douyin", [old.slug])
    gone = client.get(f"/api/v1/agencies/{old.slug}").json()
    assert (gone["ending"], gone["ended_on"], gone["successor"]) == (
        "merged",
        "2026-03-01",
        new.slug,
    )
    listed = client.get("/agencies/?platform=douyin").context["page"].items
    assert [each.slug for each in listed] == [new.slug]


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("/agencies/admissions/", 11),
        ("/agencies/applications/", 6),
        ("/agencies/filings/", 7),
        ("/agencies/blacklist/", 6),
    ],
)
def test_lists_take_the_same_queries_for_one_and_for_three(
    as_operator: Client, address: str, count: int
) -> None:
    def add() -> None:
        admitted(agency := make_agency())
        applied()
        with seeing(PASS):
            Blacklisted.objects.create(
                name="x", credit_code=agency.credit_code, since=date(2026, 1, 1), reason="x"
            )

    add()
    one = queries(as_operator, address)
    add()
    add()
    assert (one, queries(as_operator, address)) == (count, count)
