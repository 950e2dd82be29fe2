import pytest

from influencers.values.territories import is_territory, territory_code, territory_name


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("44", "Guangdong", "广东"),
        ("JP", "Japan", "日本"),
        ("81", "Hong Kong", "中国香港"),
        ("HK", "Hong Kong", "中国香港"),
        ("Q9", "Q9", "Q9"),
    ],
)
def test_territory_name_follows_the_language(code: str, english: str, chinese: str) -> None:
    assert (territory_name(code, "en"), territory_name(code, "zh-hans")) == (english, chinese)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("广东", "44"),
        ("IP属地：广东", "44"),
        ("北京市", "11"),
        ("Guangdong", "44"),
        ("日本", "JP"),
        ("japan", "JP"),
        ("us", "US"),
        ("香港", "81"),
        ("HK", "81"),
        ("44", "44"),
        ("Atlantis", None),
        ("ZZ", None),
        ("", None),
    ],
)
def test_territory_code_reads_what_platforms_write(written: str, code: str | None) -> None:
    assert territory_code(written) == code


def test_unions_are_no_territories() -> None:
    assert [is_territory(code) for code in ("EU", "UN", "FR", "99", "fr")] == [
        False,
        False,
        True,
        False,
        False,
    ]
