"""The columns of a file of contracts: their headings and words in both languages.

Both languages stand here, and not in the catalogue: a file is read in whichever one it was
written, also by somebody who reads the portal in the other one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.values.cells import plain


@dataclass(frozen=True, slots=True)
class Column:
    """`takes` says what a cell may hold; `example` is of each language; `also` are other names
    that people give it."""

    code: str
    en: str
    zh: str
    takes: str | Promise
    example: tuple[str, str]
    also: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        return self.zh if in_chinese() else self.en


def in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


_OWN = _("As the export writes it; ignored when it comes back.")

COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column(
            "reference",
            "Reference",
            "合同编号",
            _("The number by which you file it. One contract with several accounts takes several "
              "rows with the same reference."),
            ("HT-2026-001", "HT-2026-001"),
            ("ref", "contract", "contract number", "contract no", "合同号", "编号"),
        ),
        Column(
            "party",
            "Influencer",
            "达人",
            _("Who signed. Needed for a new contract."),
            ("Example person", "示例达人"),
            ("creator", "签约人", "达人姓名", "达人名称", "主播", "乙方", "姓名"),
        ),
        Column(
            "kind",
            "Kind",
            "合同类型",
            _("full contract or half contract. Empty means full."),
            ("full contract", "全约"),
            ("contract kind", "type", "contract type", "类型"),
        ),
        Column(
            "services",
            "Services",
            "服务内容",
            _("Of planning, production, marketing, brokerage; several with a semicolon between. "
              "Needed for a new contract."),
            ("planning; brokerage", "策划；经纪"),
            ("service", "服务", "服务类型"),
        ),
        Column(
            "signed_on",
            "Signed on",
            "签订日期",
            _("A day, or empty."),
            ("2026-01-05", "2026-01-05"),
            ("signing date", "date signed", "签约日期", "签署日期"),
        ),
        Column(
            "since",
            "First day",
            "起始日",
            _("A day: 2026-1-5, 2026/01/05, 2026年1月5日 or 20260105. Needed for a new contract."),
            ("2026-01-15", "2026年1月15日"),
            ("start", "start date", "from", "begins on", "first_day",
             "开始日期", "合同开始日期", "起始日期", "生效日期", "合同起始日"),
        ),
        Column(
            "last_day",
            "Last day",
            "结束日",
            _("The last day on which it holds, or open, 长期, 无固定期限. Empty: without an end in "
              "a new contract, unchanged in one that you have."),
            ("2027-01-14", "2027年1月14日"),
            ("end", "end date", "until", "expires on", "expiry",
             "结束日期", "合同结束日期", "终止日期", "到期日", "到期日期", "合同结束日"),
        ),
        Column(
            "renewal",
            "After the last day",
            "到期后",
            _("ends or renews by itself. Empty means that it ends."),
            ("ends", "到期终止"),
            ("renewal", "续约", "续约方式"),
        ),
        Column(
            "platform",
            "Platform",
            "平台",
            _("Name or code of the platform of the account. Empty where the row is about the "
              "contract alone."),
            ("Douyin", "抖音"),
        ),
        Column(
            "external_id",
            "Permanent ID",
            "永久 ID",
            _("The account’s id on its platform. Keep the column as text: a spreadsheet rounds "
              "long numbers."),
            ("MS4wLjABAAAA-example", "MS4wLjABAAAA-example"),
            ("id", "account id", "user id", "uid", "账号ID", "用户ID", "平台ID", "secuid"),
        ),
        Column(
            "handle",
            "Handle",
            "账号",
            _("Instead of the permanent id, or beside it."),
            ("@example", "@example"),
            ("account", "user name", "username", "账号名", "用户名", "抖音号", "微博号"),
        ),
        Column(
            "bound_since",
            "Account from",
            "账号起始日",
            _("First day on which the contract covers the account. Empty: as the contract."),
            ("", ""),
            ("bound from", "account first day", "绑定起始日", "绑定开始日期"),
        ),
        Column(
            "bound_until",
            "Account until",
            "账号结束日",
            _("Last day on which it covers the account, or open. Empty: as the contract."),
            ("", ""),
            ("bound until", "account last day", "绑定结束日", "绑定结束日期"),
        ),
        Column(
            "lines",
            "Business lines",
            "业务线",
            _("Codes or names with a semicolon between, or all. Empty means all of them."),
            ("Live streams; Selling goods", "直播；电商带货"),
            ("business line", "scope", "业务", "业务范围"),
        ),
        Column(
            "territory",
            "Contract territory",
            "合同地域",
            _("Countries or provinces with a semicolon between, or world. Empty means the whole "
              "world."),
            ("China", "中国"),
            ("territory", "region", "地域", "地区"),
        ),
        Column(
            "exclusive",
            "Exclusive",
            "独家",
            _("yes or no. Empty means yes."),
            ("yes", "是"),
            ("is exclusive", "是否独家"),
        ),
        Column("status", "State of the account", "绑定状态", _OWN, ("", ""), ("binding status",)),
        Column("basis", "Confirmed by", "确认依据", _OWN, ("", "")),
        Column("last_confirmed_on", "Last confirmed", "最近确认日", _OWN, ("", "")),
    )
}  # fmt: skip
# Nothing that an agency uploads makes a binding public, or says that somebody confirmed it.
READ_ONLY = ("status", "basis", "last_confirmed_on")
TAKEN = tuple(code for code in COLUMNS if code not in READ_ONLY)
OF_CONTRACT = ("party", "kind", "services", "signed_on", "since", "last_day", "renewal")
OF_ACCOUNT = ("bound_since", "bound_until", "lines", "territory", "exclusive")

# Code -> its words in English and in Chinese, the ones that exports write first.
KINDS = {
    "full": (("full contract", "full"), ("全约",)),
    "half": (("half contract", "half"), ("半约",)),
}
RENEWALS = {
    "none": (("ends", "none", "no"), ("到期终止", "不续约", "否")),
    "auto": (("renews by itself", "auto", "automatic", "yes"), ("自动续约", "自动续期", "是")),
}
SERVICES = {
    "planning": (("planning",), ("策划",)),
    "production": (("production",), ("制作",)),
    "marketing": (("marketing",), ("营销",)),
    "brokerage": (("brokerage",), ("经纪",)),
}
TRUTHS = {"yes": (("yes",), ("是",)), "no": (("no",), ("否",))}
ENDLESS = {"open": (("open",), ("长期",))}
WORDS: dict[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "kind": KINDS,
    "renewal": RENEWALS,
    "services": SERVICES,
    "exclusive": TRUTHS,
    "last_day": ENDLESS,
    "bound_until": ENDLESS,
    "lines": {"all": (("all",), ("全部",))},
    "territory": {"world": (("world",), ("全世界",))},
}


def readable(column: str) -> dict[str, str]:
    """Plain words of both languages, and the codes themselves, with the code that they mean."""
    return {
        plain(word): code
        for code, (english, chinese) in WORDS[column].items()
        for word in (code, *english, *chinese)
    }


def word(column: str, code: str) -> str:
    """A code in the active language; anything else as it is."""
    known = WORDS.get(column, {}).get(code)
    return code if known is None else known[1 if in_chinese() else 0][0]


_HEADINGS = {
    plain(name): column.code
    for column in COLUMNS.values()
    for name in (*column.also, column.code, column.en, column.zh)
}


def fitted(headings: Iterable[str], kept: Mapping[str, str]) -> list[str]:
    """The column of each heading: as the agency said before (`kept`, by the plain heading), else by
    its name in either language; "" for one that is ignored or not known. A column that is named
    twice is that of the heading whose own name it is, else the first one's."""
    plains = [plain(heading) for heading in headings]
    found = [kept[each] if each in kept else _HEADINGS.get(each, "") for each in plains]
    for code in set(found) - {""}:
        places = [place for place, each in enumerate(found) if each == code]
        names = (plain(code), plain(COLUMNS[code].en), plain(COLUMNS[code].zh))
        said = [place for place in places if plains[place] in kept]
        own = [place for place in places if plains[place] in names]
        first = (said or own or places)[0]
        for place in places:
            if place != first:
                found[place] = ""
    return found
