"""What a run of kind "reviews" does: puts the contracts of a review in, or closes the review.

Its ranges are of contracts when it opens, of the review's items when it closes.
"""

from typing import Any

from django.db import connection
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from accounts.models import Notice
from agencies.models import Contract, ContractReview, ContractReviewItem
from agencies.notifications import Member, review_mail, review_notice
from agencies.queries.reviews import asks_about
from journal import actions as journal
from journal.models import Run
from journal.queries import cut
from journal.values import CLOCK, Audience

PUT_IN = """
    INSERT INTO agencies_contractreviewitem
        (review_id, agency_id, contract_id, draft, draft_details, answer, answered_by)
    SELECT %s, asked.agency_id, asked.id, '', '{{}}', '', '' FROM ({asked}) asked ORDER BY asked.id
    ON CONFLICT (review_id, contract_id) DO NOTHING
"""

# Silence counts from the day after the last one to answer. Who has confirmed the contract since
# the review opened, by another review or on its own, was not silent.
LEAVE_UNCONFIRMED = """
    WITH silent AS MATERIALIZED (
        SELECT c.id, c.agency_id
        FROM agencies_contractreviewitem i JOIN agencies_contract c ON c.id = i.contract_id
        WHERE i.id >= %(lo)s AND i.id < %(hi)s AND i.review_id = %(review)s AND i.answer = ''
          AND c.status = 'kept' AND (upper_inf(c.during) OR upper(c.during) > %(due)s::date + 1)
          AND (c.last_confirmed_on IS NULL OR c.last_confirmed_on < %(opened_on)s)
          AND c.unconfirmed_since IS NULL
        ORDER BY c.id FOR NO KEY UPDATE OF c
    ), left_so AS (
        UPDATE agencies_contract c SET unconfirmed_since = %(due)s::date + 1
        FROM silent s WHERE c.id = s.id
    ), told AS (
        INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type,
            subject_id, platform, agency_ids, audience, changes, request_id)
        SELECT 'contract.left_unconfirmed', %(kind)s, %(actor)s, %(name)s, 'contract', s.id::text,
               '', ARRAY[s.agency_id], 'parties',
               jsonb_build_object('since', %(due)s::date + 1, 'review', %(review)s::bigint), ''
        FROM silent s ORDER BY s.id)
    SELECT count(*) FROM silent
"""

# Whoever works for an agency that has contracts in the review: all of them, or silent ones.
MEMBERS = """
    SELECT u.id, u.email, u.language, a.name_en, a.name_zh, n.contracts
    FROM (SELECT i.agency_id, count(*) AS contracts
          FROM agencies_contractreviewitem i JOIN agencies_contract c ON c.id = i.contract_id
          WHERE i.review_id = %(review)s AND c.status = 'kept'
            AND (i.answer = '' OR NOT %(silent)s) GROUP BY i.agency_id) n
    JOIN agencies_agency a ON a.id = n.agency_id
    JOIN agencies_membership m ON m.agency_id = a.id AND m.since <= %(day)s
        AND (m.until IS NULL OR m.until > %(day)s)
    JOIN accounts_user u ON u.id = m.user_id AND u.is_active
    ORDER BY u.id, a.id
"""

TELL_AGENCIES = """
    INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
        platform, agency_ids, audience, changes, request_id)
    SELECT %(verb)s, %(kind)s, %(actor)s, %(name)s, 'contractreview', %(review)s::text, '',
           ARRAY[i.agency_id], 'parties',
           jsonb_build_object('due', %(due)s::date, 'contracts', count(*)), ''
    FROM agencies_contractreviewitem i JOIN agencies_contract c ON c.id = i.contract_id
    WHERE i.review_id = %(review)s AND c.status = 'kept' AND (i.answer = '' OR NOT %(silent)s)
    GROUP BY i.agency_id ORDER BY i.agency_id
"""


def prepare(run: Run) -> list[tuple[int, int]]:
    # Waits for answers that are being sent and hold the review; later ones find its time over.
    review = ContractReview.objects.select_for_update().get(pk=run.params["review"])
    if review.status == ContractReview.Status.CLOSED:
        return []
    if run.params["step"] == "open":
        return _cut(Contract.objects.kept())
    return _cut(ContractReviewItem.objects.filter(review=review).unanswered())


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    review = ContractReview.objects.get(pk=run.params["review"])
    if run.params["step"] == "open":
        return {"contracts": _put_in(review, run.params["agencies"], lo, hi)}
    about = _clock() | {
        "review": review.pk,
        "lo": lo,
        "hi": hi,
        "due": review.due,
        "opened_on": timezone.localdate(review.opened_at),
    }
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_UNCONFIRMED, about)
        journal.ring_after_commit()
        return {"unconfirmed": int(cursor.fetchone()[0])}


def _put_in(review: ContractReview, agencies: list[int], lo: int, hi: int) -> int:
    day = timezone.localdate(review.opened_at)
    asked = asks_about(day, review.platforms, agencies).filter(pk__gte=lo, pk__lt=hi)
    select, parameters = asked.values("id", "agency_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(PUT_IN.format(asked=select), [review.pk, *parameters])
        return int(cursor.rowcount)


def finish(run: Run) -> None:
    review = ContractReview.objects.select_for_update().get(pk=run.params["review"])
    if review.status == ContractReview.Status.CLOSED:
        return
    step = run.params["step"]
    if step == "close":
        review.status, review.closed_at = ContractReview.Status.CLOSED, timezone.now()
        review.save(update_fields=["status", "closed_at"])
        journal.record(
            "review.closed", review, by=CLOCK, audience=Audience.STAFF, changes=run.counts
        )
    _tell(run, review, step)


def _tell(run: Run, review: ContractReview, step: str) -> None:
    """Each agency has an entry in the journal, each of its people a notice and a mail."""
    silent = step == "close"
    about: dict[str, Any] = {"review": review.pk, "silent": silent, "day": timezone.localdate()}
    with connection.cursor() as cursor:
        asked_by = {"kind": run.asked_by_kind, "actor": run.asked_by_id, "name": run.asked_by}
        verb = "review.missed" if silent else "review.asked"
        cursor.execute(TELL_AGENCIES, about | asked_by | {"verb": verb, "due": review.due})
        cursor.execute(MEMBERS, about)
        members = [Member(*row) for row in cursor.fetchall()]
    notices = [review_notice(review, member, step) for member in members]
    Notice.objects.bulk_create(notices, batch_size=1000)
    journal.send_many("mail", [review_mail(review, member, step) for member in members])
    journal.ring_after_commit()
    run.counts["told"] = len(members)


def _cut(rows: QuerySet[Any]) -> list[tuple[int, int]]:
    bounds = rows.aggregate(lo=Min("pk"), hi=Max("pk"))
    return cut(bounds["lo"], bounds["hi"] + 1) if bounds["lo"] is not None else []


def _clock() -> dict[str, Any]:
    return {"kind": CLOCK.kind, "actor": CLOCK.id, "name": CLOCK.name}
