"""Business lines and contract territories, as they stand when the register begins.

Their numbers stand in bindings and never change their meaning. A line takes the hundred numbers
from its own on, so that one can be divided later; a country takes the thousand from a thousand
times its number in ISO 3166-1 on, and a province of China the ten from ten times its number in
GB/T 2260 on. The whole world is everything below a million.
"""

from django.db import migrations

LINES = (
    (100, "live", "Live streams", "直播"),
    (200, "commerce", "Selling goods", "电商带货"),
    (300, "video", "Short videos", "短视频"),
    (400, "advertising", "Advertising", "广告代言"),
    (500, "licensing", "Licensing", "版权授权"),
    (600, "offline", "Events", "线下活动"),
    (700, "music", "Music and shows", "音乐演艺"),
    (900, "other", "Other business", "其他业务"),
)

WORLD = ("world", 0, 1_000_000, "The whole world", "全世界")
CHINA = 156

PROVINCES = """
11 Beijing | 北京
12 Tianjin | 天津
13 Hebei | 河北
14 Shanxi | 山西
15 Inner Mongolia | 内蒙古
21 Liaoning | 辽宁
22 Jilin | 吉林
23 Heilongjiang | 黑龙江
31 Shanghai | 上海
32 Jiangsu | 江苏
33 Zhejiang | 浙江
34 Anhui | 安徽
35 Fujian | 福建
36 Jiangxi | 江西
37 Shandong | 山东
41 Henan | 河南
42 Hubei | 湖北
43 Hunan | 湖南
44 Guangdong | 广东
45 Guangxi | 广西
46 Hainan | 海南
50 Chongqing | 重庆
51 Sichuan | 四川
52 Guizhou | 贵州
53 Yunnan | 云南
54 Tibet | 西藏
61 Shaanxi | 陕西
62 Gansu | 甘肃
63 Qinghai | 青海
64 Ningxia | 宁夏
65 Xinjiang | 新疆
71 Taiwan | 中国台湾
81 Hong Kong | 中国香港
82 Macao | 中国澳门
"""

COUNTRIES = """
AD 020 Andorra | 安道尔
AE 784 United Arab Emirates | 阿拉伯联合酋长国
AF 004 Afghanistan | 阿富汗
AG 028 Antigua & Barbuda | 安提瓜和巴布达
AI 660 Anguilla | 安圭拉
AL 008 Albania | 阿尔巴尼亚
AM 051 Armenia | 亚美尼亚
AO 024 Angola | 安哥拉
AQ 010 Antarctica | 南极洲
AR 032 Argentina | 阿根廷
AS 016 American Samoa | 美属萨摩亚
AT 040 Austria | 奥地利
AU 036 Australia | 澳大利亚
AW 533 Aruba | 阿鲁巴
AX 248 Åland Islands | 奥兰群岛
AZ 031 Azerbaijan | 阿塞拜疆
BA 070 Bosnia & Herzegovina | 波斯尼亚和黑塞哥维那
BB 052 Barbados | 巴巴多斯
BD 050 Bangladesh | 孟加拉国
BE 056 Belgium | 比利时
BF 854 Burkina Faso | 布基纳法索
BG 100 Bulgaria | 保加利亚
BH 048 Bahrain | 巴林
BI 108 Burundi | 布隆迪
BJ 204 Benin | 贝宁
BL 652 St. Barthélemy | 圣巴泰勒米
BM 060 Bermuda | 百慕大
BN 096 Brunei | 文莱
BO 068 Bolivia | 玻利维亚
BQ 535 Caribbean Netherlands | 荷属加勒比区
BR 076 Brazil | 巴西
BS 044 Bahamas | 巴哈马
BT 064 Bhutan | 不丹
BV 074 Bouvet Island | 布韦岛
BW 072 Botswana | 博茨瓦纳
BY 112 Belarus | 白俄罗斯
BZ 084 Belize | 伯利兹
CA 124 Canada | 加拿大
CC 166 Cocos (Keeling) Islands | 科科斯（基林）群岛
CD 180 Congo - Kinshasa | 刚果（金）
CF 140 Central African Republic | 中非共和国
CG 178 Congo - Brazzaville | 刚果（布）
CH 756 Switzerland | 瑞士
CI 384 Côte d'Ivoire | 科特迪瓦
CK 184 Cook Islands | 库克群岛
CL 152 Chile | 智利
CM 120 Cameroon | 喀麦隆
CO 170 Colombia | 哥伦比亚
CR 188 Costa Rica | 哥斯达黎加
CU 192 Cuba | 古巴
CV 132 Cape Verde | 佛得角
CW 531 Curaçao | 库拉索
CX 162 Christmas Island | 圣诞岛
CY 196 Cyprus | 塞浦路斯
CZ 203 Czechia | 捷克
DE 276 Germany | 德国
DJ 262 Djibouti | 吉布提
DK 208 Denmark | 丹麦
DM 212 Dominica | 多米尼克
DO 214 Dominican Republic | 多米尼加共和国
DZ 012 Algeria | 阿尔及利亚
EC 218 Ecuador | 厄瓜多尔
EE 233 Estonia | 爱沙尼亚
EG 818 Egypt | 埃及
EH 732 Western Sahara | 西撒哈拉
ER 232 Eritrea | 厄立特里亚
ES 724 Spain | 西班牙
ET 231 Ethiopia | 埃塞俄比亚
FI 246 Finland | 芬兰
FJ 242 Fiji | 斐济
FK 238 Falkland Islands | 福克兰群岛
FM 583 Micronesia | 密克罗尼西亚
FO 234 Faroe Islands | 法罗群岛
FR 249 France | 法国
GA 266 Gabon | 加蓬
GB 826 United Kingdom | 英国
GD 308 Grenada | 格林纳达
GE 268 Georgia | 格鲁吉亚
GF 254 French Guiana | 法属圭亚那
GG 831 Guernsey | 根西岛
GH 288 Ghana | 加纳
GI 292 Gibraltar | 直布罗陀
GL 304 Greenland | 格陵兰
GM 270 Gambia | 冈比亚
GN 324 Guinea | 几内亚
GP 312 Guadeloupe | 瓜德罗普
GQ 226 Equatorial Guinea | 赤道几内亚
GR 300 Greece | 希腊
GS 239 South Georgia & South Sandwich Islands | 南乔治亚和南桑威奇群岛
GT 320 Guatemala | 危地马拉
GU 316 Guam | 关岛
GW 624 Guinea-Bissau | 几内亚比绍
GY 328 Guyana | 圭亚那
HM 334 Heard & McDonald Islands | 赫德岛和麦克唐纳群岛
HN 340 Honduras | 洪都拉斯
HR 191 Croatia | 克罗地亚
HT 332 Haiti | 海地
HU 348 Hungary | 匈牙利
ID 360 Indonesia | 印度尼西亚
IE 372 Ireland | 爱尔兰
IL 376 Israel | 以色列
IM 833 Isle of Man | 马恩岛
IN 356 India | 印度
IO 086 British Indian Ocean Territory | 英属印度洋领地
IQ 368 Iraq | 伊拉克
IR 364 Iran | 伊朗
IS 352 Iceland | 冰岛
IT 380 Italy | 意大利
JE 832 Jersey | 泽西岛
JM 388 Jamaica | 牙买加
JO 400 Jordan | 约旦
JP 392 Japan | 日本
KE 404 Kenya | 肯尼亚
KG 417 Kyrgyzstan | 吉尔吉斯斯坦
KH 116 Cambodia | 柬埔寨
KI 296 Kiribati | 基里巴斯
KM 174 Comoros | 科摩罗
KN 659 St. Kitts & Nevis | 圣基茨和尼维斯
KP 408 North Korea | 朝鲜
KR 410 South Korea | 韩国
KW 414 Kuwait | 科威特
KY 136 Cayman Islands | 开曼群岛
KZ 398 Kazakhstan | 哈萨克斯坦
LA 418 Laos | 老挝
LB 422 Lebanon | 黎巴嫩
LC 662 St. Lucia | 圣卢西亚
LI 438 Liechtenstein | 列支敦士登
LK 144 Sri Lanka | 斯里兰卡
LR 430 Liberia | 利比里亚
LS 426 Lesotho | 莱索托
LT 440 Lithuania | 立陶宛
LU 442 Luxembourg | 卢森堡
LV 428 Latvia | 拉脱维亚
LY 434 Libya | 利比亚
MA 504 Morocco | 摩洛哥
MC 492 Monaco | 摩纳哥
MD 498 Moldova | 摩尔多瓦
ME 499 Montenegro | 黑山
MF 663 St. Martin | 法属圣马丁
MG 450 Madagascar | 马达加斯加
MH 584 Marshall Islands | 马绍尔群岛
MK 807 North Macedonia | 北马其顿
ML 466 Mali | 马里
MM 104 Myanmar (Burma) | 缅甸
MN 496 Mongolia | 蒙古
MP 580 Northern Mariana Islands | 北马里亚纳群岛
MQ 474 Martinique | 马提尼克
MR 478 Mauritania | 毛里塔尼亚
MS 500 Montserrat | 蒙特塞拉特
MT 470 Malta | 马耳他
MU 480 Mauritius | 毛里求斯
MV 462 Maldives | 马尔代夫
MW 454 Malawi | 马拉维
MX 484 Mexico | 墨西哥
MY 458 Malaysia | 马来西亚
MZ 508 Mozambique | 莫桑比克
NA 516 Namibia | 纳米比亚
NC 540 New Caledonia | 新喀里多尼亚
NE 562 Niger | 尼日尔
NF 574 Norfolk Island | 诺福克岛
NG 566 Nigeria | 尼日利亚
NI 558 Nicaragua | 尼加拉瓜
NL 528 Netherlands | 荷兰
NO 578 Norway | 挪威
NP 524 Nepal | 尼泊尔
NR 520 Nauru | 瑙鲁
NU 570 Niue | 纽埃
NZ 554 New Zealand | 新西兰
OM 512 Oman | 阿曼
PA 591 Panama | 巴拿马
PE 604 Peru | 秘鲁
PF 258 French Polynesia | 法属波利尼西亚
PG 598 Papua New Guinea | 巴布亚新几内亚
PH 608 Philippines | 菲律宾
PK 586 Pakistan | 巴基斯坦
PL 616 Poland | 波兰
PM 666 St. Pierre & Miquelon | 圣皮埃尔和密克隆群岛
PN 612 Pitcairn Islands | 皮特凯恩群岛
PR 630 Puerto Rico | 波多黎各
PS 275 Palestinian Territories | 巴勒斯坦领土
PT 620 Portugal | 葡萄牙
PW 585 Palau | 帕劳
PY 600 Paraguay | 巴拉圭
QA 634 Qatar | 卡塔尔
RE 638 Réunion | 留尼汪
RO 642 Romania | 罗马尼亚
RS 688 Serbia | 塞尔维亚
RU 643 Russia | 俄罗斯
RW 646 Rwanda | 卢旺达
SA 682 Saudi Arabia | 沙特阿拉伯
SB 090 Solomon Islands | 所罗门群岛
SC 690 Seychelles | 塞舌尔
SD 729 Sudan | 苏丹
SE 752 Sweden | 瑞典
SG 702 Singapore | 新加坡
SH 654 St. Helena | 圣赫勒拿
SI 705 Slovenia | 斯洛文尼亚
SJ 744 Svalbard & Jan Mayen | 斯瓦尔巴和扬马延
SK 703 Slovakia | 斯洛伐克
SL 694 Sierra Leone | 塞拉利昂
SM 674 San Marino | 圣马力诺
SN 686 Senegal | 塞内加尔
SO 706 Somalia | 索马里
SR 740 Suriname | 苏里南
SS 728 South Sudan | 南苏丹
ST 678 São Tomé & Príncipe | 圣多美和普林西比
SV 222 El Salvador | 萨尔瓦多
SX 534 Sint Maarten | 荷属圣马丁
SY 760 Syria | 叙利亚
SZ 748 Eswatini | 斯威士兰
TC 796 Turks & Caicos Islands | 特克斯和凯科斯群岛
TD 148 Chad | 乍得
TF 260 French Southern Territories | 法属南部领地
TG 768 Togo | 多哥
TH 764 Thailand | 泰国
TJ 762 Tajikistan | 塔吉克斯坦
TK 772 Tokelau | 托克劳
TL 626 Timor-Leste | 东帝汶
TM 795 Turkmenistan | 土库曼斯坦
TN 788 Tunisia | 突尼斯
TO 776 Tonga | 汤加
TR 792 Türkiye | 土耳其
TT 780 Trinidad & Tobago | 特立尼达和多巴哥
TV 798 Tuvalu | 图瓦卢
TZ 834 Tanzania | 坦桑尼亚
UA 804 Ukraine | 乌克兰
UG 800 Uganda | 乌干达
UM 581 U.S. Outlying Islands | 美国本土外小岛屿
US 840 United States | 美国
UY 858 Uruguay | 乌拉圭
UZ 860 Uzbekistan | 乌兹别克斯坦
VA 336 Vatican City | 梵蒂冈
VC 670 St. Vincent & Grenadines | 圣文森特和格林纳丁斯
VE 862 Venezuela | 委内瑞拉
VG 092 British Virgin Islands | 英属维尔京群岛
VI 850 U.S. Virgin Islands | 美属维尔京群岛
VN 704 Vietnam | 越南
VU 548 Vanuatu | 瓦努阿图
WF 876 Wallis & Futuna | 瓦利斯和富图纳
WS 882 Samoa | 萨摩亚
YE 887 Yemen | 也门
YT 175 Mayotte | 马约特
ZA 710 South Africa | 南非
ZM 894 Zambia | 赞比亚
ZW 716 Zimbabwe | 津巴布韦
"""


def lay(apps, schema_editor):
    line = apps.get_model("agencies", "BusinessLine")
    for number, code, english, chinese in LINES:
        line.objects.create(number=number, code=code, name_en=english, name_zh=chinese)
    territory = apps.get_model("agencies", "ContractTerritory")
    for code, lo, hi, english, chinese in territories():
        territory.objects.create(code=code, lo=lo, hi=hi, name_en=english, name_zh=chinese)


def territories():
    yield WORLD
    yield ("CN", CHINA * 1000, (CHINA + 1) * 1000, "China", "中国")
    for row in PROVINCES.strip().splitlines():
        code, names = row.split(" ", 1)
        lo = CHINA * 1000 + int(code) * 10
        english, chinese = names.split(" | ")
        yield (f"CN-{code}", lo, lo + 10, english, chinese)
    for row in COUNTRIES.strip().splitlines():
        code, number, names = row.split(" ", 2)
        lo = int(number) * 1000
        english, chinese = names.split(" | ")
        yield (code, lo, lo + 1000, english, chinese)


def lift(apps, schema_editor):
    apps.get_model("agencies", "BusinessLine").objects.all().delete()
    apps.get_model("agencies", "ContractTerritory").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_isolation")]

    operations = [migrations.RunPython(lay, lift)]
