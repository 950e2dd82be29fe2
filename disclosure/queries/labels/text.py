"""The one definition of the label, as pieces of SQL that every reader of it puts together.

Names that every piece counts on:

    a   what is asked: `day` (the day that the label is true on), `at` (the instant up to which the
        register's knowledge counts; infinity: now), `today` (the platform's day at that instant)
    p   the profile        pf  its platform

The two clocks. A row of status, duty or declaration counts if it was known at `at`; what is known
of it says on which days it holds. Names and handles, the owner being a minor and a change of
principal have one clock only: they count as they are known now. That a minor is nobody to be shamed
holds for the past as well.

Silence is shown on a day only if its first public day had come by then *and* when it was known
(`least(day, today)`): nobody learns from a label of tomorrow, or from `valid_until`, that an
account still has time to answer.
"""

import json

from disclosure.values import TEXTS, State

# `p` is public: ProfileQuerySet.public in SQL.
PUBLIC = "(p.tier >= 1 OR p.tier IS NULL OR p.public_anyway)"

# The place of the profile's last event in the journal's order.
VERSION = """coalesce((
    SELECT leaf.seq FROM journal_leaf leaf WHERE leaf.profile_id = p.id
    ORDER BY leaf.seq DESC LIMIT 1), 0)"""

# Declarations of `p` as they were known: now, or in their past.
_DECLARATIONS = """(
    SELECT d.during FROM disclosure_declaration d
    WHERE d.profile_id = p.id AND d.known_from <= a.at
    UNION ALL
    SELECT d.during FROM disclosure_declarationpast d
    WHERE d.profile_id = p.id AND d.known @> a.at)"""

# Duties of `p` under rules that may speak of silence. A duty that was not closed yet when it was
# known had no end then.
_DUTIES = """disclosure_duty u JOIN disclosure_rule r ON r.id = u.rule_id
    WHERE u.profile_id = p.id AND u.opened_at <= a.at
      AND r.basis IN ('in_force', 'platform_policy') AND minor.yes IS NOT TRUE"""

_SILENT = """u.noticed_at <= a.at AND u.from_day <= {day} AND u.shown_from <= least({day}, a.today)
    AND (u.closed_at IS NULL OR u.closed_at > a.at OR u.to_day > {day})"""

# Bindings join here: a branch 'disputed' and a branch 'managed' between the first and the second,
# and their days in _TURNS, _ANSWER, FACE_HASH and NEXT_TURN.
_STATE = (
    """CASE
    WHEN (SELECT s.status FROM influencers_profilestatuschange s
          WHERE s.profile_id = p.id AND s.recorded_at <= a.at AND s.effective_on <= {day}
          ORDER BY s.recorded_at DESC, s.id DESC LIMIT 1) IN ('revoked', 'closed') THEN 'none'
    WHEN EXISTS (SELECT FROM """
    + _DECLARATIONS
    + """ known WHERE known.during @> {day}) THEN 'independent'
    WHEN EXISTS (SELECT FROM """
    + _DUTIES
    + " AND "
    + _SILENT
    + """) THEN 'undisclosed'
    ELSE 'none' END"""
)

# What the account has answered on the day: since when without a break, until when if that is known,
# and when the answer that holds was given.
_ANSWER = f"""
    SELECT lower(run.days) AS since, upper(run.days) AS until, every.given
    FROM (SELECT range_agg(known.during) AS days,
                 max(lower(known.during)) FILTER (WHERE known.during @> a.day) AS given
          FROM {_DECLARATIONS} known) every
    CROSS JOIN LATERAL unnest(every.days) run (days) WHERE run.days @> a.day"""

# The duty that the label leaves unanswered (the one that has been public longest), or that its
# answer has met: silence before an earlier answer is no part of this one.
_DUTY = f"""
    SELECT r.code, r.basis, u.from_day, u.due FROM {_DUTIES} AND CASE face.state
        WHEN 'undisclosed' THEN {_SILENT.format(day="a.day")}
        WHEN 'independent' THEN u.status = 'met' AND u.closed_at <= a.at
            AND u.to_day <= a.day AND u.to_day >= answer.since
        ELSE false END
    ORDER BY CASE face.state WHEN 'undisclosed' THEN u.shown_from END, u.from_day DESC, r.code
    LIMIT 1"""

# What the label says on the day: joins `minor`, `answer`, `face`, `duty`, `named`.
FACE = f"""
    LEFT JOIN LATERAL (SELECT i.minor AS yes FROM influencers_influencer i
        WHERE i.id = p.influencer_id) minor ON true
    LEFT JOIN LATERAL ({_ANSWER}) answer ON true
    CROSS JOIN LATERAL (SELECT {_STATE.format(day="a.day")} AS state) face
    LEFT JOIN LATERAL ({_DUTY}) duty ON true
    LEFT JOIN LATERAL (SELECT h.handle FROM influencers_profilehandle h
        WHERE h.profile_id = p.id AND h.during @> a.day) named ON true
"""

# An answer that the account gave before its principal changed waits to be given again. Null where
# there is none.
RECONFIRMED = """CASE WHEN face.state IN ('independent', 'managed', 'disputed') THEN
    (p.principal_changed_on > answer.given AND p.principal_changed_on <= a.day) IS NOT TRUE END"""

# Days on which the state may turn, as far as a public reader may know.
_TURNS = f"""
    SELECT v.day FROM {_DECLARATIONS} known
    CROSS JOIN LATERAL (VALUES (lower(known.during)), (upper(known.during))) v (day)
    UNION ALL
    SELECT s.effective_on FROM influencers_profilestatuschange s
    WHERE s.profile_id = p.id AND s.recorded_at <= a.at
    UNION ALL
    SELECT v.day FROM (SELECT u.*, r.basis FROM {_DUTIES}
        AND u.noticed_at <= a.at AND u.shown_from <= a.today) u
    CROSS JOIN LATERAL (VALUES (greatest(u.from_day, u.shown_from)),
                               (CASE WHEN u.closed_at <= a.at THEN u.to_day END)) v (day)"""

# The run of days with this state: it began on the last turn whose eve had another state, and ends
# on the first turn to another one. Joins `valid`.
VALIDITY = f"""
    CROSS JOIN LATERAL (
        SELECT max(CASE WHEN turn.day <= a.day
                   THEN CASE WHEN {_STATE.format(day="(turn.day - 1)")} <> face.state
                        THEN turn.day END END) AS since,
               min(CASE WHEN turn.day > a.day
                   THEN CASE WHEN {_STATE.format(day="turn.day")} <> face.state
                        THEN turn.day END END) AS until
        FROM ({_TURNS}) turn) valid
"""


def _texts() -> str:
    cases = " ".join(
        f"WHEN '{state.value}' THEN '{_quoted(json.dumps(text, ensure_ascii=False))}'::json"
        for state, text in TEXTS.items()
    )
    return f"CASE face.state {cases} END"


def _quoted(text: str) -> str:
    """For a literal of a statement with parameters."""
    return text.replace("'", "''").replace("%", "%%")


# The JSON of the label. Its shape is fixed for the outside.
BODY = f"""json_build_object(
    'platform', pf.code,
    'external_id', p.external_id,
    'handle', named.handle,
    'on', a.day,
    'known_at', CASE WHEN a.at <> 'infinity' THEN
        to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') END,
    'state', face.state,
    'managed_by', json_build_array(),
    'reconfirmed', {RECONFIRMED},
    'duty', CASE WHEN duty.code IS NOT NULL THEN json_build_object(
        'rule', duty.code, 'rule_status', duty.basis,
        'since', duty.from_day, 'due', duty.due) END,
    'rollout', NULL::json,
    'valid_from', valid.since,
    'valid_until', valid.until,
    'text', {_texts()},
    'version', {VERSION})"""

# Equal hashes, equal labels, but for the days that they are asked for and their version. Empty for
# `none`: nothing to tell anybody.
FACE_HASH = f"""CASE WHEN face.state = '{State.NONE.value}' THEN '' ELSE md5(json_build_array(
    face.state, answer.since, answer.until, duty.code, duty.basis, duty.from_day, duty.due,
    named.handle, {RECONFIRMED})::text) END"""

# What lists may want to know of the duty, public or not: the pass alone asks for it.
DUTY_WORD = """CASE
    WHEN EXISTS (SELECT FROM disclosure_duty o WHERE o.profile_id = p.id AND o.status = 'open')
        THEN 'open'
    WHEN face.state IN ('independent', 'managed') AND duty.code IS NOT NULL THEN 'met'
    ELSE '' END"""

# The first day after `a.day` on which the label may be another one without any new fact; unlike
# `valid_until` it counts silence that is not public yet. At `at` infinity only.
NEXT_TURN = """least(
    (SELECT min(v.day) FROM disclosure_declaration d
     CROSS JOIN LATERAL (VALUES (lower(d.during)), (upper(d.during))) v (day)
     WHERE d.profile_id = p.id AND v.day > a.day),
    (SELECT min(s.effective_on) FROM influencers_profilestatuschange s
     WHERE s.profile_id = p.id AND s.effective_on > a.day),
    (SELECT min(v.day) FROM disclosure_duty u
     CROSS JOIN LATERAL (VALUES (u.from_day), (u.shown_from), (u.to_day)) v (day)
     WHERE u.profile_id = p.id AND v.day > a.day),
    CASE WHEN p.principal_changed_on > a.day THEN p.principal_changed_on END)"""
