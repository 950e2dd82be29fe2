"""The one definition of the label, as pieces of SQL that every reader of it puts together.

Names that every piece counts on:

    a   what is asked: `day` (the day that the label is true on), `at` (the instant up to which the
        register's knowledge counts; infinity: now), `today` (the platform's day at that instant)
    p   the profile        pf  its platform

The two clocks. A row of status, duty, declaration, binding, dispute, agency's name or owner counts
if it was known at `at`; what is known of it says on which days it holds. Names and handles of
accounts, the owner being a minor and a change of principal have one clock only: they count as they
are known now. That a minor is nobody to be shamed holds for the past as well.

Silence is shown on a day only if its first public day had come by then *and* when it was known
(`least(day, today)`): nobody learns from a label of tomorrow, or from `valid_until`, that an
account still has time to answer.
"""

import json

from agencies.queries.managers import HELD
from disclosure.values import TEXTS, State

# `p` is public: ProfileQuerySet.public in SQL.
PUBLIC = "(p.tier >= 1 OR p.tier IS NULL OR p.public_anyway)"

# The place of the profile's last event in the journal's order.
VERSION = """coalesce((
    SELECT leaf.seq FROM journal_leaf leaf WHERE leaf.profile_id = p.id
    ORDER BY leaf.seq DESC LIMIT 1), 0)"""

# Duties of `p` under rules that may speak of silence, as they were known. One that was not closed
# yet when it was known had no end then.
_DUTIES = """disclosure_duty u JOIN disclosure_rule r ON r.id = u.rule_id
    WHERE u.profile_id = p.id AND u.opened_at <= a.at
      AND r.basis IN ('in_force', 'platform_policy') AND minor.yes IS NOT TRUE"""

# Days on which the platform has taken the account away, or its owner has closed it. A row holds
# from its day on until the earliest day that a row recorded later is about.
_GONE = """
    SELECT range_agg(daterange(s.effective_on, CASE WHEN s.replaced_on < s.effective_on
               THEN s.effective_on ELSE s.replaced_on END))
           FILTER (WHERE s.status IN ('revoked', 'closed')) AS days
    FROM (SELECT c.effective_on, c.status, min(c.effective_on) OVER (
              ORDER BY c.recorded_at DESC, c.id DESC
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced_on
          FROM influencers_profilestatuschange c
          WHERE c.profile_id = p.id AND c.recorded_at <= a.at) s"""

# Days on which a declaration holds; when the one of the asked day was given, and when the next is.
_DECLARED = """
    SELECT range_agg(k.during) AS days,
           max(lower(k.during)) FILTER (WHERE k.during @> a.day) AS given,
           min(lower(k.during)) FILTER (WHERE lower(k.during) > a.day) AS next
    FROM (SELECT d.during FROM disclosure_declaration d
          WHERE d.profile_id = p.id AND d.known_from <= a.at
          UNION ALL
          SELECT d.during FROM disclosure_declarationpast d
          WHERE a.at < 'infinity' AND d.profile_id = p.id AND d.known @> a.at) k"""

# Days on which silence is public.
_SILENT = f"""
    SELECT range_agg(daterange(greatest(u.from_day, u.shown_from),
               CASE WHEN u.closed_at <= a.at
                    THEN greatest(u.from_day, u.shown_from, u.to_day) END)) AS days
    FROM {_DUTIES} AND u.noticed_at <= a.at AND u.shown_from <= a.today"""

# The states in their order, each with the days that no state before it claims, as `face (state,
# run)`: the state of the asked day and the unbroken run of days with it, and, where agencies manage
# the account, with the same ones.
_NEVER, _EVER = "'{}'::datemultirange", "'{(,)}'::datemultirange"
_FACE = f"""
    SELECT v.state, run
    FROM (SELECT coalesce(gone.days, {_NEVER}) AS gone,
                 coalesce(contested.days, {_NEVER}) AS contested,
                 coalesce(held.days, {_NEVER}) AS held,
                 coalesce(held.same, {_NEVER}) AS same,
                 coalesce(declared.days, {_NEVER}) AS declared,
                 coalesce(silent.days, {_NEVER}) AS silent) c
    CROSS JOIN LATERAL (VALUES
        ('{State.DISPUTED.value}', c.contested - c.gone),
        ('{State.MANAGED.value}', c.same - c.contested - c.gone),
        ('{State.INDEPENDENT.value}', c.declared - c.held - c.contested - c.gone),
        ('{State.UNDISCLOSED.value}', c.silent - c.declared - c.held - c.contested - c.gone),
        ('{State.NONE.value}',
         {_EVER} - ((c.contested + c.held + c.declared + c.silent) - c.gone))) v (state, days)
    CROSS JOIN LATERAL unnest(v.days) run
    WHERE v.days @> a.day AND run @> a.day"""

# The duty that the label leaves unanswered (the one that has been public longest), or that its
# answer has met: one that an earlier answer met, before a time without, is no part of this one.
_DUTY = f"""
    SELECT r.code, r.basis, u.from_day, u.due FROM {_DUTIES} AND CASE
        WHEN face.state = '{State.UNDISCLOSED.value}' THEN u.noticed_at <= a.at
            AND u.from_day <= a.day AND u.shown_from <= least(a.day, a.today)
            AND (u.closed_at IS NULL OR u.closed_at > a.at OR u.to_day > a.day)
        WHEN face.state IN ('{State.INDEPENDENT.value}', '{State.MANAGED.value}') THEN
            u.status = 'met' AND u.closed_at <= a.at AND u.to_day <= a.day
            AND u.to_day >= coalesce((SELECT lower(run) FROM unnest(
                coalesce(declared.days, {_NEVER}) + coalesce(held.days, {_NEVER})) run
                WHERE run @> a.day), '-infinity')
        ELSE false END
    ORDER BY CASE face.state WHEN '{State.UNDISCLOSED.value}' THEN u.shown_from END,
             u.from_day DESC, r.code
    LIMIT 1"""

# What the label says on the day: joins `minor`, `gone`, `held`, `contested`, `declared`, `silent`,
# `face`, `duty` and `named`. OFFSET 0 keeps the planner from writing the derivation out at each
# mention of its result.
FACE = f"""
    LEFT JOIN LATERAL (SELECT i.minor AS yes FROM influencers_influencer i
        WHERE i.id = p.influencer_id) minor ON true
    CROSS JOIN LATERAL ({_GONE}) gone
    CROSS JOIN LATERAL ({HELD}) held
    CROSS JOIN LATERAL (SELECT CASE WHEN held.any THEN agencies_contested(p.id, a.at) END AS days
        OFFSET 0) contested
    CROSS JOIN LATERAL ({_DECLARED}) declared
    CROSS JOIN LATERAL ({_SILENT}) silent
    CROSS JOIN LATERAL ({_FACE} OFFSET 0) face
    LEFT JOIN LATERAL ({_DUTY}) duty ON true
    LEFT JOIN LATERAL (SELECT h.handle FROM influencers_profilehandle h
        WHERE h.profile_id = p.id AND h.during @> a.day) named ON true
"""

# An answer that the account gave before its principal changed waits to be given again. Null where
# there is none.
RECONFIRMED = f"""CASE WHEN face.state IN ('{State.MANAGED.value}', '{State.INDEPENDENT.value}')
    THEN (p.principal_changed_on <= a.day AND p.principal_changed_on >
        CASE face.state WHEN '{State.MANAGED.value}' THEN held.confirmed ELSE declared.given END
    ) IS NOT TRUE END"""

# Who manages the account, where the label says so; an empty list everywhere else.
MANAGED_BY = f"""CASE WHEN face.state = '{State.MANAGED.value}' THEN (
    SELECT json_agg(json_build_object(
        'agency', json_build_object('slug', m.slug, 'name_zh', m.name_zh, 'name_en', m.name_en,
                                    'group', m.group_slug),
        'scopes', m.scopes, 'since', m.since, 'until', m.until,
        'last_confirmed_on', m.last_confirmed_on, 'basis', m.basis))
    FROM agencies_managing(p.id, a.day, a.at) m) ELSE '[]'::json END"""


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
    'managed_by', {MANAGED_BY},
    'reconfirmed', {RECONFIRMED},
    'duty', CASE WHEN duty.code IS NOT NULL THEN json_build_object(
        'rule', duty.code, 'rule_status', duty.basis,
        'since', duty.from_day, 'due', duty.due) END,
    'rollout', NULL::json,
    'valid_from', lower(face.run),
    'valid_until', upper(face.run),
    'text', {_texts()},
    'version', {VERSION})"""

# Equal hashes, equal labels, but for the day that they are asked for and their version. Empty for
# `none`: nothing to tell anybody.
FACE_HASH = f"""CASE WHEN face.state = '{State.NONE.value}' THEN '' ELSE md5(json_build_array(
    face.state, face.run, duty.code, duty.basis, duty.from_day, duty.due, named.handle,
    {RECONFIRMED}, {MANAGED_BY})::text) END"""

# The agencies that the label names, for lists.
AGENCIES = f"""CASE WHEN face.state = '{State.MANAGED.value}' THEN held.agencies
    ELSE '{{}}'::bigint[] END"""

# What lists may want to know of the duty, public or not: the pass alone asks for it.
DUTY_WORD = f"""CASE
    WHEN EXISTS (SELECT FROM disclosure_duty o WHERE o.profile_id = p.id AND o.status = 'open')
        THEN 'open'
    WHEN face.state <> '{State.UNDISCLOSED.value}' AND duty.code IS NOT NULL THEN 'met'
    ELSE '' END"""

# The first day after `a.day` on which the label may be another one without any new fact; unlike
# `valid_until` it counts silence that is not public yet. At `at` infinity only.
NEXT_TURN = """least(upper(face.run), declared.next, held.turn,
    (SELECT min(lower(n.during)) FROM agencies_agencyname n
     WHERE n.agency_id = ANY (held.agencies) AND lower(n.during) > a.day),
    (SELECT min(turn) FROM agencies_ownership o
     CROSS JOIN LATERAL (VALUES (lower(o.during)), (upper(o.during))) t (turn)
     WHERE o.agency_id = ANY (held.agencies) AND turn > a.day),
    (SELECT min(u.shown_from) FROM disclosure_duty u
     WHERE u.profile_id = p.id AND u.status = 'open' AND u.shown_from > a.day),
    CASE WHEN p.principal_changed_on > a.day AND (declared.days, held.days) IS DISTINCT FROM
         (NULL, NULL) THEN p.principal_changed_on END)"""
