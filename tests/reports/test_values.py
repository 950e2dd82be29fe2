"""Receipts."""

from reports.values import hashed, new_receipt, read_receipt


def test_receipt_is_read_as_it_is_written_and_misread() -> None:
    receipt = new_receipt()
    assert len(receipt) == 24
    assert read_receipt(receipt) == receipt
    assert read_receipt(f" {receipt[:5].lower()}-{receipt[5:]} ") == receipt
    assert read_receipt("OIL" + receipt[3:]) == "011" + receipt[3:]


def test_what_is_no_receipt_is_none() -> None:
    receipt = new_receipt()
    assert [read_receipt(text) for text in ("", "x", receipt[1:], receipt + "0")] == [None] * 4


def test_receipts_are_not_alike_and_their_hashes_tell_nothing() -> None:
    receipts = {new_receipt() for _ in range(1000)}
    assert len(receipts) == 1000
    assert {len(hashed(receipt)) for receipt in receipts} == {64}
    assert len({hashed(receipt) for receipt in receipts}) == 1000
