"""What happens in the demonstration beside followers and contracts: who was asked long ago, a
review half answered, a dispute, a minor, reports."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.actions import grants, users
from accounts.models import User
from accounts.permissions import Role
from accounts.queries import actor_of_user
from agencies.actions import agencies, disputes, reviews
from agencies.models import Agency, Binding, ContractReview, ContractReviewItem, Membership
from dashboards.actions.demo import cast
from dashboards.actions.demo.cast import Account, Days
from influencers.actions import people
from influencers.models import Influencer, Profile
from journal import actions as journal
from journal.models import Run
from journal.values import Actor, ActorKind
from reports.actions import reports
from reports.models import Category

ANSWERED = 184  # of 桃源's contracts, when the visitor comes
REVIEW_DAYS = 12

# Duties that were opened as if some weeks ago, and whose notice was delivered then: the dates that
# the clock would have written, so that silence is public now.
ASKED_LONG_AGO = """
    WITH asked AS (
        UPDATE disclosure_duty d
        SET opened_at = %(opened)s, noticed_on = %(told_on)s, noticed_at = %(told)s,
            shown_from = greatest(d.due, %(told_on)s::date + r.notice_days) + 1,
            xid = pg_current_xact_id()
        FROM disclosure_rule r
        WHERE r.id = d.rule_id AND d.status = 'open' AND d.profile_id = ANY(%(profiles)s)
          AND r.basis IN ('in_force', 'platform_policy')
        RETURNING d.id
    ), delivered AS (
        UPDATE accounts_notice n
        SET created_at = %(opened)s, delivered_at = %(told)s, acknowledged_by = 'key:demo',
            xid = pg_current_xact_id()
        FROM asked a WHERE n.subject_type = 'duty' AND n.subject_id = a.id::text
        RETURNING n.id, n.platform, n.subject_id
    )
    INSERT INTO journal_event (at, verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
        platform, audience, changes)
    SELECT %(told)s, 'notice.delivered', %(kind)s, %(actor)s, %(name)s, 'notice', id::text,
           platform, 'staff', jsonb_build_object('subject', 'duty ' || subject_id)
    FROM delivered ORDER BY id
"""


@transaction.atomic
def invite_cast(houses: dict[str, Agency], *, by: Actor) -> None:
    """The people whom a visitor can be. None has a password: the demonstration signs them in.

    The first two operators come from here, all other roles from these two."""
    two: list[Actor] = []
    for person in cast.PEOPLE:
        user = users.create_user(person.email, person.name, by=by)
        if person.role is None:
            agencies.add_member(houses[person.agency], user, Membership.Role.OWNER, by=by)
        elif len(two) < 2:
            grants.first_operator(user, by=by)
            two.append(actor_of_user(user))
        else:
            grants.grant(user, person.role, by=two[1], proposed_by=two[0])


def propose() -> None:
    """The second operator wants a moderator more: the first one, whom a visitor is, approves it."""
    asked, person = User.objects.get(email=cast.email_of("operator2")), cast.NEWCOMER
    grants.propose(
        *(person.email, person.name, Role.MODERATOR),
        reason="举报积压了两周，审核组需要多一个人。",
        by=actor_of_user(asked),
    )


def ask_long_ago(silent: list[Account], days: Days, *, by: Actor) -> None:
    """Accounts that were asked 45 days ago, told a day later, and that have not answered."""
    profiles = ids_of(silent)
    then = datetime.combine(days.ago(45), time(8), timezone.get_default_timezone())
    about = {"as_of": then.isoformat(), "profiles": profiles}
    work(journal.ask("duties", by=by, params=about, merge=False))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            ASKED_LONG_AGO,
            {
                "profiles": profiles,
                "opened": then,
                "told": then + timedelta(days=1),
                "told_on": days.ago(44),
                "kind": by.kind.value,
                "actor": by.id,
                "name": by.name,
            },
        )
        journal.ring_after_commit()


def tell(days: Days, *, by: Actor) -> None:
    """Facts of single accounts."""
    _verify(cast.ATANG, days, by)
    _verify(cast.LUJIU, days, by)
    _verify(cast.XIAOLU, days, by)
    young = _behind(cast.TONGTONG, by)
    people.mark_minor(young, days.ago(15 * 365 + 120), by=by)
    signed = Binding.objects.get(profile=profile_of(cast.ZHOUZHOU), status="confirmed")
    disputes.open(
        signed,
        by=by,
        statement="我从未与这家机构签约，合同上的签名不是我的。",
        proven=True,
    )


def _behind(account: Account, by: Actor) -> Influencer:
    return people.introduce(profile_of(account), Influencer.Kind.PERSON, by=by)


def _verify(account: Account, days: Days, by: Actor) -> None:
    people.verify_identity(_behind(account, by), on=days.ago(400), by=by)


def review(houses: dict[str, Agency], days: Days, *, by: Actor) -> ContractReview:
    """Agencies are asked for their contracts until in 12 days; 桃源 has answered for most."""
    asked = [agency.pk for agency in list(houses.values())[:60]]
    found = reviews.open_review(
        "Contract review of the quarter",
        "季度签约关系复核",
        days.ago(-REVIEW_DAYS),
        [],
        asked,
        by=by,
    )
    work(Run.objects.filter(kind="reviews", params__review=found.pk).latest("pk"))
    taoyuan = houses[cast.TAOYUAN.slug]
    manager = actor_of("compliance", taoyuan)
    # 小鹿's contract is the newest: it is among those that are left.
    items = ContractReviewItem.objects.filter(review=found, agency=taoyuan)
    order = list(items.order_by("contract__reference").values_list("pk", flat=True))
    for part in (order[:120], order[120:ANSWERED]):
        if part:
            reviews.set_drafts(found, taoyuan, part, "unchanged", by=manager)
            reviews.send(found, taoyuan, by=manager)
    return found


def file_reports() -> None:
    """What visitors have reported before: a case with two sources, one about nobody we know."""
    filed: list[tuple[str, str, dict[str, Any]]] = [
        (
            "hidden-advertising",
            "视频后半段一直在推荐同一款锅，还挂了购买链接，没有标“广告”。",
            {"profile": profile_of(cast.AFU), "source": "a"},
        ),
        (
            "hidden-advertising",
            "同一款锅，另一条视频里也没有标注。",
            {"profile": profile_of(cast.AFU), "source": "b"},
        ),
        (
            "false-claims",
            "直播间称“三天见效”，没有任何依据。",
            {"target_text": "镜中花养生堂", "platform": "douyin", "source": "c"},
        ),
    ]
    for number, (code, text, about) in enumerate(filed):
        category = Category.objects.filter(code=code).first() or Category.objects.get(code="other")
        reports.file(f"demo-{number}-{timezone.now().timestamp()}", category, text, **about)


def profile_of(account: Account) -> Profile:
    return Profile.objects.select_related("platform").get(
        platform__code=account.platform, external_id=account.external_id
    )


def ids_of(accounts: list[Account]) -> list[int]:
    """The profiles of accounts, in the order of their ids."""
    wanted = {(account.platform, account.external_id) for account in accounts}
    found = Profile.objects.filter(external_id__in=[id_ for _, id_ in wanted])
    rows = found.order_by("pk").values_list("pk", "platform__code", "external_id")
    return [pk for pk, *who in rows if tuple(who) in wanted]


def actor_of(word: str, agency: Agency) -> Actor:
    """Somebody of the cast at work for an agency."""
    person = next(each for each in cast.PEOPLE if each.word == word)
    user = User.objects.get(email=person.email)
    return Actor(
        ActorKind.USER,
        id=str(user.pk),
        name=user.name,
        memberships=frozenset({(agency.pk, "owner")}),
    )


def work(run: Run) -> None:
    """Works a run through here and now, without what would follow from it."""
    if not journal.work(run.pk, "seed_demo"):
        raise RuntimeError(f"{run.kind} {run.pk} did not come to its end")
