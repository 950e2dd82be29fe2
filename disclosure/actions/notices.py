"""What an account is told when a duty opens, and what follows when it was told."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Notice
from disclosure.models import Duty, Rule
from disclosure.queries.duties import MINOR
from journal.models import Event
from journal.queries import lock_range_numbers

# The platform delivers these to the account in its own channel. Both languages travel together,
# because the register does not know which one the reader reads. `{due}` is filled in by the pass.
TOLD = {
    "en": (
        "Your account has come under the disclosure rule “{rule}” of the Mingpai register "
        "({basis}). Please see to it by {due} that the agency that manages this account is shown, "
        "or declare through your platform that no agency stands behind it."
    ),
    "zh-Hans": (
        "您的账号已适用明牌公示系统的披露规则“{rule}”（{basis}）。请最晚于 {due} 完成申报：确认展示"
        "管理该账号的机构，或通过所在平台声明该账号没有所属机构。"
    ),
}
# Only where it is true: under a rule in force or a platform's policy, and never to a minor.
TOLD_OF_SILENCE = {
    "en": " After that day the account's public page may say “has not answered yet”.",
    "zh-Hans": "逾期未申报的，账号公开页面可能显示“尚未申报”。",
}
BASIS = {
    "en": {
        Rule.Basis.IN_FORCE: "law in force",
        Rule.Basis.DRAFT: "draft of a law, not in force",
        Rule.Basis.PLATFORM_POLICY: "platform policy",
        Rule.Basis.PRACTICE: "practice",
    },
    "zh-Hans": {
        Rule.Basis.IN_FORCE: "现行规定",
        Rule.Basis.DRAFT: "征求意见稿，尚未生效",
        Rule.Basis.PLATFORM_POLICY: "平台规则",
        Rule.Basis.PRACTICE: "行业惯例",
    },
}


def text_of(rule: Rule, language: str) -> str:
    """What the notice of a rule says in a language ("en" or "zh-Hans"), with `{due}` left open."""
    name = rule.name_zh if language == "zh-Hans" else rule.name_en
    basis = BASIS[language][Rule.Basis(rule.basis)]
    return TOLD[language].replace("{rule}", name).replace("{basis}", basis)


# `noticed_on` is written once. Silence becomes public on no day before the register knew of the
# delivery, however late the platform tells.
DELIVERED = f"""
    UPDATE disclosure_duty d
    SET noticed_on = x.told_on, xid = pg_current_xact_id(),
        shown_from = CASE WHEN x.speaks
            THEN greatest(d.due, x.told_on + x.notice_days, x.today) + 1 END
    FROM (SELECT d.id, n.told_on, n.today, r.notice_days,
                 r.basis IN ('in_force', 'platform_policy') AND NOT {MINOR} AS speaks
          FROM unnest(%(duties)s::bigint[], %(told_on)s::date[], %(today)s::date[])
              AS n (duty_id, told_on, today)
          JOIN disclosure_duty d ON d.id = n.duty_id
          JOIN disclosure_rule r ON r.id = d.rule_id
          JOIN influencers_profile p ON p.id = d.profile_id) x
    WHERE d.id = x.id AND d.status = 'open' AND d.noticed_on IS NULL
"""


@transaction.atomic
def take_deliveries(events: Iterable[Event]) -> int:
    """Writes on open duties that their account was told, from `notice.delivered` events.

    Returns how many duties learned it. Doing it twice does nothing: the first delivery counts.
    """
    told = Notice.objects.filter(
        pk__in=[int(e.subject_id) for e in events if e.verb == "notice.delivered"],
        subject_type="duty",
        delivered_at__isnull=False,
    )
    delivered: dict[int, datetime] = {}
    for notice in told.order_by("-delivered_at"):
        assert notice.delivered_at is not None  # filtered above
        delivered[int(notice.subject_id)] = notice.delivered_at
    duties = Duty.objects.filter(pk__in=delivered)
    lock_range_numbers(
        {pk // settings.RANGE_SIZE for pk in duties.values_list("profile_id", flat=True)}
    )
    now = timezone.now()
    rows = [
        (duty.pk, duty.profile.platform.today(delivered[duty.pk]), duty.profile.platform.today(now))
        for duty in duties.select_related("profile__platform")
    ]
    if not rows:
        return 0
    ids, told_on, today = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(DELIVERED, {"duties": ids, "told_on": told_on, "today": today})
        return int(cursor.rowcount)
