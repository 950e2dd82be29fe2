"""IP territories: what a platform shows beside an account, never where somebody lives.

A code is two digits of GB/T 2260 for a province, or two letters of ISO 3166-1 for a country or
region, as the administration's rules on account information (2022, art. 12) have platforms show.
"""

from babel import Locale
from django.utils.translation import get_language

PROVINCES: dict[str, tuple[str, str]] = {
    "11": ("Beijing", "北京"),
    "12": ("Tianjin", "天津"),
    "13": ("Hebei", "河北"),
    "14": ("Shanxi", "山西"),
    "15": ("Inner Mongolia", "内蒙古"),
    "21": ("Liaoning", "辽宁"),
    "22": ("Jilin", "吉林"),
    "23": ("Heilongjiang", "黑龙江"),
    "31": ("Shanghai", "上海"),
    "32": ("Jiangsu", "江苏"),
    "33": ("Zhejiang", "浙江"),
    "34": ("Anhui", "安徽"),
    "35": ("Fujian", "福建"),
    "36": ("Jiangxi", "江西"),
    "37": ("Shandong", "山东"),
    "41": ("Henan", "河南"),
    "42": ("Hubei", "湖北"),
    "43": ("Hunan", "湖南"),
    "44": ("Guangdong", "广东"),
    "45": ("Guangxi", "广西"),
    "46": ("Hainan", "海南"),
    "50": ("Chongqing", "重庆"),
    "51": ("Sichuan", "四川"),
    "52": ("Guizhou", "贵州"),
    "53": ("Yunnan", "云南"),
    "54": ("Tibet", "西藏"),
    "61": ("Shaanxi", "陕西"),
    "62": ("Gansu", "甘肃"),
    "63": ("Qinghai", "青海"),
    "64": ("Ningxia", "宁夏"),
    "65": ("Xinjiang", "新疆"),
    "71": ("Taiwan", "中国台湾"),
    "81": ("Hong Kong", "中国香港"),
    "82": ("Macao", "中国澳门"),
}
# The same places by their letters: one place, one name, whichever code a platform sends.
SAME = {"TW": "71", "HK": "81", "MO": "82"}
NO_PLACES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})  # unions, tests, "unknown"
_NAMES = {"en": Locale.parse("en").territories, "zh": Locale.parse("zh_Hans").territories}


def territory_name(code: str, language: str | None = None) -> str:
    """The name of a territory in a language (the active one); an unknown code as it is."""
    chinese = (language or get_language() or "").startswith("zh")
    province = PROVINCES.get(SAME.get(code, code))
    if province is not None:
        return province[chinese]
    return str(_NAMES["zh" if chinese else "en"].get(code, code))


def is_territory(code: str) -> bool:
    """Whether a code is one of the two tables: a province by digits, a country by letters."""
    if code in PROVINCES:
        return True
    letters = len(code) == 2 and code.isalpha() and code.isupper()
    return letters and code in _NAMES["en"] and code not in NO_PLACES


def territory_code(name: str) -> str | None:
    """The code for what platforms write ("广东", "IP属地：广东", "Japan"), or None."""
    text = name.strip().removeprefix("IP属地").lstrip(":： ").strip()
    if is_territory(text.upper()):
        return SAME.get(text.upper(), text.upper())
    return _BY_NAME.get(text.removesuffix("省").removesuffix("市").casefold())


def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for table in _NAMES.values():
        for code, name in table.items():
            if is_territory(code):
                names[str(name).casefold()] = SAME.get(code, code)
    for code, (english, chinese) in PROVINCES.items():
        names |= {english.casefold(): code, chinese: code, chinese.removeprefix("中国"): code}
    return names


_BY_NAME = _by_name()
