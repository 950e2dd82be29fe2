"""The rules with which the register begins. A copy that later versions of the code do not change.

Each is proposed by "Mingpai" and approved by "Mingpai reference data": an installation that wants
other ones retires these and has its own approved by two of its people.
"""

from datetime import date

from django.db import migrations

CHINESE = ["weibo", "douyin", "wechat", "xiaohongshu", "bilibili", "kuaishou"]

# The article names no number of followers: the one used here is this portal's own, and says so.
RULES = (
    {
        "code": "over-10m",
        "name_en": "Accounts above ten million followers",
        "name_zh": "千万粉丝以上账号",
        "text_en": (
            "An account with ten million followers or more shows which agency manages it, or says "
            "that none does. Ten million is the step at which the regulator counted in March 2022, "
            "when agencies stood behind 40 % of the accounts above it. No law names this number; "
            "it is a policy under which platforms have shown agency names since July 2022."
        ),
        "text_zh": (
            "粉丝数达到一千万的账号应展示其所属MCN机构，或声明没有所属机构。一千万是监管部门 2022 年 3 月"
            "公布统计时采用的门槛：当时千万粉丝以上账号中有 40% 背后有MCN机构。法律没有规定这一数字；"
            "它属于平台规则，各平台自 2022 年 7 月起据此展示机构名称。"
        ),
        "basis": "platform_policy",
        "basis_text": (
            "国务院新闻办公室新闻发布会，2022 年 3 月 17 日 · Press conference of the State Council "
            "Information Office, 17 March 2022 (statistics of accounts above ten million followers)"
        ),
        "basis_url": "",
        "platforms": [],
        "min_followers": 10_000_000,
        "grace_days": 30,
        "notice_days": 7,
        "live_from": date(2022, 7, 21),
    },
    {
        "code": "cac-2023-11",
        "name_en": "Showing the agency's name (CAC notice of July 2023, article 11)",
        "name_zh": "展示所属MCN机构名称（网信办 2023 年 7 月通知第十一条）",
        "text_en": (
            "Platforms manage MCN agencies and the accounts signed with them together, and show "
            "the agency's name in a conspicuous place on the account's home page. The notice binds "
            "platforms, and names no number of followers. That accounts are asked from one million "
            "followers on is this portal's own step, so that the largest are asked first."
        ),
        "text_zh": (
            "网站平台应当对MCN机构及其签约账号实行集中统一管理，并在账号主页以显著方式展示该账号所属MCN机构"
            "名称。该通知约束的是平台，没有规定粉丝数。从一百万粉丝起要求账号申报，是本网站自行设定的门槛，以便"
            "先从影响最大的账号做起。"
        ),
        "basis": "in_force",
        "basis_text": (
            "国家互联网信息办公室《关于加强“自媒体”管理的通知》第十一条，2023 年 7 月 5 日 · Cyberspace "
            "Administration of China: notice on strengthening the management of “self-media”, "
            "5 July 2023, article 11"
        ),
        "basis_url": "https://www.cac.gov.cn/2023-07/10/c_1690638496047430.htm",
        "platforms": CHINESE,
        "min_followers": 1_000_000,
        "grace_days": 30,
        "notice_days": 7,
        "live_from": date(2023, 7, 10),
    },
    {
        "code": "mcn-draft-2025",
        "name_en": "Showing the agency's name (draft measures of January 2025)",
        "name_zh": "展示所属MCN机构名称（2025 年 1 月草案稿）",
        "text_en": (
            "Draft measures on multi-channel distribution services, published for comment on "
            "10 January 2025, would have platforms show the agency's name on the account's page. "
            "They are not in force, and no final text is known. This rule only counts accounts "
            "from 500,000 followers on, a step of this portal's own; nobody is asked anything."
        ),
        "text_zh": (
            "2025 年 1 月 10 日公布征求意见的《网络信息内容多渠道分发服务机构相关业务活动管理规定（草案稿）》"
            "拟要求平台在账号信息页面展示MCN机构名称。该草案尚未生效，也未见正式文本。本规则仅统计五十万粉丝"
            "以上的账号（该门槛由本网站自行设定），不要求任何账号申报。"
        ),
        "basis": "draft",
        "basis_text": (
            "国家互联网信息办公室《网络信息内容多渠道分发服务机构相关业务活动管理规定（草案稿）》，2025 年 1 月"
            " 10 日公开征求意见 · Cyberspace Administration of China: draft measures on multi-channel "
            "distribution services (MCN), 10 January 2025, for comment"
        ),
        "basis_url": "https://www.cac.gov.cn/2025-01/10/c_1738209405008163.htm",
        "platforms": CHINESE,
        "min_followers": 500_000,
        "grace_days": 30,
        "notice_days": 7,
        "live_from": None,
    },
)


def lay(apps, schema_editor):
    rule = apps.get_model("disclosure", "Rule")
    for facts in RULES:
        # Every rule is born as a draft: a trigger refuses anything else.
        made = rule.objects.create(
            **facts, status="draft", proposed_by="Mingpai", proposed_by_id="clock:mingpai"
        )
        if facts["live_from"] is None:
            rule.objects.filter(pk=made.pk).update(status="shadow")
        else:
            rule.objects.filter(pk=made.pk).update(
                status="live",
                approved_by="Mingpai reference data",
                approved_by_id="clock:reference-data",
            )


def lift(apps, schema_editor):
    apps.get_model("disclosure", "Rule").objects.filter(code__in=[r["code"] for r in RULES]).delete()


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0002_label_inputs"), ("influencers", "0003_reference_data")]

    operations = [migrations.RunPython(lay, lift)]
