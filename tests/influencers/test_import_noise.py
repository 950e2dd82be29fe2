"""Files that nobody meant: whatever comes, a batch ends, and what it says adds up."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from influencers.models import ImportBatch, Observation, Profile
from tests.factories.influencers import imported

HEAD = b"platform,external_id,handle,display_name,followers,observed_on,ip_territory,views\n"
BITS = st.sampled_from(
    [
        *(b"douyin", b"weibo", b"1", b"22", b"x", b"y", b"1K", b"2K", b"2026-11-20", b"2026-11-19"),
        *(b",", b",", b",", b",", b",", b"\n", b"\n", b'"', b'""', b"\r\n", b"\\", b"\\.", b"\t"),
        *(b"\0", b"\xff", b"\xe9", "名".encode(), "\u3000".encode(), b"=", b"'", b"%s", b"{}"),
        *(b"NULL", b"\\N", b"1E+5", b"-1", b"9" * 30),
    ]
)
NOISE = st.lists(BITS, max_size=40).map(b"".join)
ROW = b"douyin,1,x,A,1K,2026-11-20,,\n"


def assert_adds_up(batch: ImportBatch) -> None:
    if batch.status == "refused":
        assert batch.refusal_text != ""
        assert batch.counts == {}
        return
    assert batch.status == "applied"
    counts = batch.counts
    assert counts["errors"] == batch.problems.values("line").distinct().count()
    assert min(counts.values()) >= 0
    assert counts["read"] - counts["errors"] - counts["repeated"] == Observation.objects.count()
    assert counts["created"] == Profile.objects.count()


class Noise(TestCase):
    @settings(max_examples=40)
    @given(NOISE)
    @example(b"\\.\n" + ROW)
    @example(b'"\n' + ROW)
    @example(ROW + b'douyin,2,y,"a" b,1K,2026-11-20,,\n')
    def test_any_rows_end_somehow(self, noise: bytes) -> None:
        assert_adds_up(imported(HEAD + noise))

    @settings(max_examples=20)
    @given(st.one_of(st.binary(max_size=200), NOISE))
    def test_any_bytes_end_somehow(self, noise: bytes) -> None:
        assert_adds_up(imported(noise))

    @settings(max_examples=20)
    @given(
        st.lists(
            st.one_of(
                st.binary(max_size=40),
                st.text(max_size=20).map(lambda text: f'{{"handle": "{text}"}}'.encode()),
                st.just(
                    b'{"platform":"douyin","handle":"x","followers":5,"observed_on":"2026-11-20"}'
                ),
                st.just(b'{"platform":"douyin","followers":NaN}'),
                st.just(b'{"\\u0000": "x", "\\ud800": 1}'),
                st.just(b"[" * 3000),
                st.just(b"{}"),
            ),
            max_size=8,
        ).map(b"\n".join)
    )
    def test_any_lines_end_somehow(self, noise: bytes) -> None:
        assert_adds_up(imported(noise, kind="ndjson"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        HEAD.strip() + b"," + b",".join(b"c%d" % n for n in range(3000)),
        b"x" * 3_000_000,
        b'"' + b"x" * 3_000_000,
        b"platform,handle,followers,observed_on," + b"x" * 200_000,
    ],
)
def test_monstrous_header_ends_somehow(header: bytes) -> None:
    batch: Any = imported(header + b"\n" + ROW)
    assert batch.status in ("refused", "applied")
    assert len(batch.notes) <= 20
