"""What can be reported, and words to begin a decision with.

Transparency and harm to consumers only: an opinion is no category. The rules that are named are in
force; a draft is called one. A copy that later versions of the code do not change.
"""

from django.db import migrations

NOTICE = (
    "CAC notice on self-media of 10 July 2023, article 11: platforms show the name of the MCN on "
    "the account's page.",
    "《关于加强“自媒体”管理的通知》（2023年7月10日）第十一条：网站平台应当在账号主页显著位置展示该账号所属MCN机构名称。",
)
HYPE = (
    "CAC notice on self-media of 10 July 2023, article 11: agencies that use signed accounts for "
    "joint hype are dealt with.",
    "《关于加强“自媒体”管理的通知》（2023年7月10日）第十一条：对利用签约账号联动炒作的MCN机构采取相应措施。",
)
ADVERTISING = (
    "Measures for internet advertising, in force since 1 May 2023: knowledge, experience and "
    "reviews with a purchase link are marked as advertising.",
    "《互联网广告管理办法》（2023年5月1日起施行）：通过知识介绍、体验分享、消费测评等形式推销商品并附加购物链接的，应当显著标明“广告”。",
)
MARKETING = (
    "Measures for live marketing, in force since 25 May 2021: marketing does not mislead consumers "
    "and does not fake traffic.",
    "《网络直播营销管理办法（试行）》（2021年5月25日起施行）：不得发布虚假或者引人误解的信息，不得虚构或者篡改流量数据。",
)
NAMES = (
    "Provisions on account information, in force since 1 August 2022: an account does not pass "
    "itself off as somebody else.",
    "《互联网用户账号信息管理规定》（2022年8月1日起施行）：不得假冒、仿冒、捏造他人账号信息。",
)
SELF_MEDIA = (
    "CAC notice on self-media of 10 July 2023.",
    "《关于加强“自媒体”管理的通知》（2023年7月10日）。",
)
ECOLOGY = (
    "Provisions on the governance of the online information ecosystem, in force since 1 March 2020.",
    "《网络信息内容生态治理规定》（2020年3月1日起施行）。",
)
OWN = ("Rules of this register.", "本公示系统规则。")

# code, severity, sanctionable, about the label, ground, rule, names, texts
CATEGORIES = (
    (
        "hidden-advertising", 3, True, False, "law", ADVERTISING,
        ("Hidden advertising", "隐性广告"),
        ("Paid for, and not marked as advertising.", "收费推广却未标明“广告”。"),
    ),
    (
        "wrong-label", 2, True, True, "law", NOTICE,
        ("Missing or wrong agency label", "机构标识缺失或错误"),
        ("The agency shown is not the right one, or none is shown.",
         "所展示的机构不对，或应展示而未展示。"),
    ),
    (
        "faked-affiliation", 3, True, True, "register", OWN,
        ("Faked affiliation", "虚假签约关系"),
        ("An agency says that it manages an account that never signed with it.",
         "机构声称管理从未与其签约的账号。"),
    ),
    (
        "coordinated-hype", 3, True, False, "law", HYPE,
        ("Coordinated hype by accounts of one agency", "同一机构账号联动炒作"),
        ("Accounts of one agency stage a feud, a topic or a hype together.",
         "同一机构的多个账号配合制造冲突、话题或热度。"),
    ),
    (
        "fake-followers", 2, True, False, "law", MARKETING,
        ("Fake followers or traffic", "虚假粉丝或流量"),
        ("Bought followers, likes, viewers or orders.", "购买粉丝、点赞、观看或订单数据。"),
    ),
    (
        "misleading-claims", 3, True, False, "law", MARKETING,
        ("False or misleading claims", "虚假或误导性宣传"),
        ("About a product, a price, health, a qualification, or a staged event.",
         "涉及商品、价格、健康、资质，或摆拍事件。"),
    ),
    (
        "impersonation", 3, True, False, "law", NAMES,
        ("Impersonation", "冒充他人"),
        ("The account pretends to be a person, a firm or an authority that it is not.",
         "账号冒充他人、企业或机关单位。"),
    ),
    (
        "acts-against-owner", 3, True, True, "register", OWN,
        ("An agency acts through an account against its owner", "机构违背账号主人意愿操作账号"),
        ("Posts, sells or keeps the account against the will of whoever it belongs to.",
         "违背账号主人意愿发布内容、销售商品或占用账号。"),
    ),
    (
        "harm-to-minors", 4, True, False, "law", ECOLOGY,
        ("Harm to minors", "损害未成年人"),
        ("A minor is shown, used or addressed in a way that harms them.",
         "以有害方式展示、利用或面向未成年人。"),
    ),
    (
        "harassment", 3, True, False, "law", ECOLOGY,
        ("Harassment", "骚扰与网络暴力"),
        ("Followers are set upon somebody, or private facts are published.",
         "煽动粉丝攻击他人，或公开他人隐私。"),
    ),
    (
        "scam", 4, True, False, "law", SELF_MEDIA,
        ("Scam", "诈骗"),
        ("Money or goods are taken and nothing, or something else, is given.",
         "收取钱物却不交付，或货不对板。"),
    ),
    (
        "other", 1, False, False, "register", OWN,
        ("Something else", "其他"),
        ("It is read and put on record; nothing else follows from it.",
         "我们会阅读并记录，但不会据此采取处置。"),
    ),
)

# code, category, outcome, names, facts, explanations
TEMPLATES = (
    (
        "hidden-advertising", "hidden-advertising", "warning",
        ("Hidden advertising: a warning", "隐性广告：警告"),
        ("On {day} {about} recommended a product with a way to buy it. The post was paid for and "
         "carried no mark as advertising. Who managed the account on that day: {agency}.",
         "{day}，{about}推荐了可供购买的商品。该内容为付费推广，未标明“广告”。当日管理该账号的机构：{agency}。"),
        ("A recommendation with a way to buy is advertising when it is paid for, and has to be "
         "marked as such, so that readers can tell. It was not. The account is warned.",
         "付费且附购买方式的推荐属于广告，应当显著标明，使消费者能够辨明。该内容未予标明，故对账号予以警告。"),
    ),
    (
        "wrong-label", "wrong-label", "label_corrected",
        ("Wrong label: it is corrected", "机构标识错误：予以更正"),
        ("The page of {about} named an agency on {day}. What was examined shows that this agency "
         "did not manage the account.",
         "{day}，{about}的页面展示了所属机构。经核查，该机构并未管理此账号。"),
        ("The label says who manages an account. A binding that never held is void from its first "
         "day, and the label no longer shows it.",
         "机构标识用于说明账号由谁管理。自始不成立的绑定关系自首日起无效，标识不再展示。"),
    ),
    (
        "faked-affiliation", "faked-affiliation", "label_corrected",
        ("Faked affiliation: the binding is void", "虚假签约关系：绑定无效"),
        ("The agency bound {about}. It could not show that whoever holds the account agreed.",
         "机构绑定了{about}，但未能证明账号持有人同意。"),
        ("Nobody is shown under an agency on that agency's word alone. Without an agreement the "
         "binding is void from its first day.",
         "任何账号都不因机构单方声称而展示其名下。没有合意的绑定自首日起无效。"),
    ),
    (
        "coordinated-hype", "coordinated-hype", "warning",
        ("Coordinated hype: a warning", "联动炒作：警告"),
        ("On {day} several accounts, {about} among them, published in concert on one topic. Who "
         "managed {about} on that day: {agency}.",
         "{day}，包括{about}在内的多个账号就同一话题配合发布内容。当日管理{about}的机构：{agency}。"),
        ("Accounts of one agency that stage a topic together mislead the public about how many "
         "care. This is joint hype, for which the agency of the day answers.",
         "同一机构的账号配合制造话题，会使公众误判关注程度，属于联动炒作，由行为当日的管理机构负责。"),
    ),
    (
        "fake-followers", "fake-followers", "warning",
        ("Fake followers: a warning", "虚假粉丝：警告"),
        ("The counts of {about} around {day} rose and fell in a way that its posts do not explain.",
         "{about}在{day}前后的数据异常升降，与其发布内容不相符。"),
        ("Counts that were bought mislead whoever reads or advertises. The account is warned.",
         "购买的数据会误导读者与广告主，故对账号予以警告。"),
    ),
    (
        "misleading-claims", "misleading-claims", "warning",
        ("Misleading claims: a warning", "误导性宣传：警告"),
        ("On {day} {about} claimed what the evidence does not bear out.",
         "{day}，{about}作出了与证据不符的宣传。"),
        ("A claim that misleads buyers is not allowed, whoever makes it. The account is warned.",
         "误导消费者的宣传不被允许，故对账号予以警告。"),
    ),
    (
        "impersonation", "impersonation", "warning",
        ("Impersonation: a warning", "冒充他人：警告"),
        ("On {day} {about} used the name or the picture of somebody else so that readers took it "
         "for them.",
         "{day}，{about}使用他人名称或头像，使读者误认。"),
        ("An account must not pass itself off as somebody else. The account is warned.",
         "账号不得冒充他人，故对账号予以警告。"),
    ),
    (
        "acts-against-owner", "acts-against-owner", "label_corrected",
        ("Acts against the owner: the binding is void", "违背账号主人意愿：绑定无效"),
        ("On {day} {agency} acted through {about} against the will of whoever it belongs to.",
         "{day}，{agency}违背账号主人意愿操作{about}。"),
        ("An agency manages an account for its owner. Where it acts against them and no agreement "
         "covers that, the binding is void.",
         "机构应为账号主人管理账号。违背其意愿且无合意依据的，绑定无效。"),
    ),
    (
        "harm-to-minors", "harm-to-minors", "warning",
        ("Harm to minors: a warning", "损害未成年人：警告"),
        ("On {day} {about} showed or addressed minors in a way that harms them.",
         "{day}，{about}以有害方式展示或面向未成年人。"),
        ("Minors are protected before everything else. The account is warned, and its platform is "
         "told.",
         "未成年人保护优先。对账号予以警告，并告知所在平台。"),
    ),
    (
        "harassment", "harassment", "warning",
        ("Harassment: a warning", "骚扰：警告"),
        ("On {day} {about} set its followers upon somebody, or published what is private to them.",
         "{day}，{about}煽动粉丝攻击他人，或公开他人隐私。"),
        ("Reach must not be used against a person. The account is warned.",
         "不得利用影响力针对他人，故对账号予以警告。"),
    ),
    (
        "scam", "scam", "warning",
        ("Scam: a warning", "诈骗：警告"),
        ("On {day} {about} took money for what was not given.",
         "{day}，{about}收取钱款但未交付。"),
        ("Taking money for nothing deceives buyers. The account is warned, and its platform is "
         "told.",
         "收款不交付属于欺骗消费者。对账号予以警告，并告知所在平台。"),
    ),
    (
        "warning", None, "warning",
        ("Borne out: a warning", "属实：警告"),
        ("On {day} {about} did what was reported ({category}).",
         "{day}，{about}存在所举报的情形（{category}）。"),
        ("What was found is against the rule named here. The account is warned.",
         "经核查，该情形违反所列规则，故予以警告。"),
    ),
    (
        "noted", None, "noted",
        ("Borne out: put on record", "属实：予以记录"),
        ("What was reported about {about} ({category}) was found to be so on {day}.",
         "关于{about}的举报（{category}）经核查属实，发生于{day}。"),
        ("It is put on record. No measure follows from it today; it counts if it happens again.",
         "予以记录。目前不采取措施；如再次发生将一并考虑。"),
    ),
    (
        "not-borne-out", None, "no_action",
        ("Not borne out", "不属实"),
        ("What was reported about {about} ({category}) was examined for {day}. It was not found.",
         "就{day}的情况核查了关于{about}的举报（{category}），未发现所述情形。"),
        ("Without facts that show it nothing follows. A new report with new facts is looked at "
         "anew.",
         "没有事实证明的，不采取措施。如有新的事实，可再次举报。"),
    ),
    (
        "not-ours", None, "not_ours",
        ("Not for this portal", "不属于本系统受理范围"),
        ("The report about {about} is about something that this register does not decide.",
         "关于{about}的举报事项不属于本公示系统处理范围。"),
        ("This register decides who stands behind an account and what misleads consumers. For "
         "other matters the platform and the authorities are there.",
         "本系统处理账号背后的管理机构以及误导消费者的行为。其他事项请向平台或主管部门反映。"),
    ),
)


def lay(apps, schema_editor):
    category = apps.get_model("reports", "Category")
    for number, row in enumerate(CATEGORIES, start=1):
        code, severity, sanctionable, about_label, ground, basis, names, texts = row
        category.objects.create(
            code=code,
            severity=severity,
            sanctionable=sanctionable,
            about_label=about_label,
            ground=ground,
            basis_en=basis[0],
            basis_zh=basis[1],
            name_en=names[0],
            name_zh=names[1],
            text_en=texts[0],
            text_zh=texts[1],
            sort_order=number,
        )
    template = apps.get_model("reports", "Template")
    for number, (code, of, outcome, names, facts, reasons) in enumerate(TEMPLATES, start=1):
        template.objects.create(
            code=code,
            category=category.objects.get(code=of) if of else None,
            outcome=outcome,
            name_en=names[0],
            name_zh=names[1],
            facts_en=facts[0],
            facts_zh=facts[1],
            explanation_en=reasons[0],
            explanation_zh=reasons[1],
            sort_order=number,
        )


def lift(apps, schema_editor):
    apps.get_model("reports", "Template").objects.all().delete()
    codes = [row[0] for row in CATEGORIES]
    apps.get_model("reports", "Category").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports")]

    operations = [migrations.RunPython(lay, lift)]
