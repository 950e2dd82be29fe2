"""Pages of files of contracts: sent, looked at, applied, undone, asked about."""

import csv
import io
import uuid
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.actions import batches, contracts
from agencies.models import Agency, Confirmation, Contract, ContractBatch, ContractHeadings
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.agencies.imports import checked, csv_of, row, work
from tests.factories.agencies import make_contract, make_profile

pytestmark = pytest.mark.django_db

PLACE = "/portal/contracts/import/"


def send(client: Client, content: bytes, name: str = "contracts.csv", **extra: Any) -> Any:
    data = {"file": SimpleUploadedFile(name, content), "token": uuid.uuid4(), **extra}
    return client.post(f"{PLACE}new/", data)


def the_batch() -> ContractBatch:
    with seeing(PASS):
        return ContractBatch.objects.select_related("run").latest("pk")


def page(client: Client, batch: ContractBatch, query: str = "") -> str:
    return client.get(f"{PLACE}{batch.public_id}/{query}").content.decode()


def decide(client: Client, batch: ContractBatch, decision: str) -> None:
    answer = client.post(f"{PLACE}{batch.public_id}/decide/", {"decision": decision})
    assert answer.status_code == 302


def test_file_is_sent_looked_at_applied_asked_about_and_undone(
    mcn: Agency, as_mcn_editor: Client
) -> None:
    profile = make_profile()
    rows = [row(platform="douyin", external_id=profile.external_id), row(reference="", party="x")]
    assert send(as_mcn_editor, csv_of(rows)).status_code == 302
    batch = work(the_batch())
    assert "Apply 1 row<" in page(as_mcn_editor, batch)
    assert "This cell must not be empty." in page(as_mcn_editor, batch)
    assert "The account is claimed." in page(as_mcn_editor, batch, "?show=new")
    decide(as_mcn_editor, batch, "apply")
    assert "being applied" in page(as_mcn_editor, batch)
    work(batch)
    assert "Ask the holders of the accounts" in page(as_mcn_editor, batch)
    decide(as_mcn_editor, batch, "ask")
    work(batch)
    with seeing(PASS):
        question = Confirmation.objects.get()
    assert (question.agency, question.profile, question.status) == (mcn, profile, "waiting")
    decide(as_mcn_editor, batch, "undo")
    work(batch)
    with seeing(PASS):
        assert Contract.objects.get().status == "withdrawn"
    assert "undone" in page(as_mcn_editor, batch)
    assert "mcn_editor" in as_mcn_editor.get(PLACE).content.decode().lower()


def test_own_headings_are_named_once_and_kept(mcn: Agency, as_mcn_editor: Client) -> None:
    content = "文号,谁,从,做什么\nHT-1,somebody,2026-1-5,经纪\n".encode("gb18030")
    send(as_mcn_editor, content)
    batch = work(the_batch())
    assert batch.status == "unmapped"
    assert "Say what the columns are" in page(as_mcn_editor, batch)
    said = {
        f"column_{n}": code for n, code in enumerate(["reference", "party", "since", "services"])
    }
    address = f"{PLACE}{batch.public_id}/columns/"
    assert "文号" in as_mcn_editor.get(address).content.decode()
    assert as_mcn_editor.post(address, said).status_code == 302
    assert work(batch).status == "checked"
    assert work(batch).counts["new"] == 1
    with seeing(PASS):
        assert ContractHeadings.objects.get().known["文号"] == "reference"
    send(as_mcn_editor, content.replace(b"HT-1", b"HT-2"))
    assert work(the_batch()).status == "checked"


def test_another_agency_finds_nothing(mcn: Agency, as_rival_editor: Client) -> None:
    batch = checked(mcn, [row()])
    for address in ("", "columns/", "refused.csv", "refused.xlsx"):
        assert as_rival_editor.get(f"{PLACE}{batch.public_id}/{address}").status_code == 404
    answer = as_rival_editor.post(f"{PLACE}{batch.public_id}/decide/", {"decision": "apply"})
    assert answer.status_code == 404
    assert "rows.csv" not in as_rival_editor.get(PLACE).content.decode()


def test_refused_rows_come_back_with_why(mcn: Agency, as_mcn_editor: Client) -> None:
    batch = checked(mcn, [row(), row(reference="HT-2", since="soon", party="=1+1")])
    answer = as_mcn_editor.get(f"{PLACE}{batch.public_id}/refused.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, refused = list(csv.reader(io.StringIO(text)))
    assert head == ["reference", "party", "services", "since", "Why it was refused"]
    assert refused[:4] == ["HT-2", "'=1+1", "brokerage", "soon"]
    assert refused[4].startswith("First day: This is no day")


def test_rows_refused_while_applying_are_shown_first_and_nothing_is_undone(
    mcn: Agency, as_mcn_editor: Client
) -> None:
    contract = make_contract(mcn, date(2026, 1, 1))
    batch = checked(mcn, [{"reference": contract.reference, "party": "from the file"}])
    with seeing(PASS):
        contracts.amend(contract, party="typed meanwhile", by=CLOCK)
        work(batches.apply(batch, by=CLOCK))
    seen = as_mcn_editor.get(f"{PLACE}{batch.public_id}/")
    assert seen.context["shown"] == "error"
    assert {tab["label"]: tab["count"] for tab in seen.context["tabs"]} == {
        "new": 0,
        "changed": 0,
        "same": 0,
        "conflicts": 0,
        "errors": 1,
    }
    assert "These rows to mend" in seen.content.decode()
    assert "Undo this import" not in seen.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_template_comes_back_with_its_headings_understood(
    mcn: Agency, as_mcn_editor: Client, language: str
) -> None:
    make_profile(external_id="MS4wLjABAAAA-example", handle="example")
    as_mcn_editor.cookies["django_language"] = language
    for kind in ("csv", "xlsx"):
        answer = as_mcn_editor.get(f"{PLACE}template.{kind}")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        batch = checked(mcn, content, kind)
        assert (batch.status, batch.counts["new"], batch.notes) == ("checked", 1, [])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == 2


@pytest.mark.parametrize(("number", "queries"), [(1, 8), (3, 8)])
def test_dry_run_costs_the_same_queries_for_any_rows(
    mcn: Agency,
    as_mcn_editor: Client,
    django_assert_num_queries: Any,
    number: int,
    queries: int,
) -> None:
    batch = checked(mcn, [row(reference=f"HT-{n}") for n in range(number)])
    with django_assert_num_queries(queries):
        page(as_mcn_editor, batch, "?show=new")
