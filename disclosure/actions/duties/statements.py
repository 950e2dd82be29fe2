"""What the duty pass writes, range by range."""

from disclosure.queries.duties import (
    ANSWERED,
    ANSWERS_OF_THE_CALENDAR,
    FELL_ON,
    MINOR,
    ROSE_ON,
    SCOPE,
    UNDER,
)

# Profiles that an incremental pass looks at. Notices do not stand here: their delivery is written
# on the duty when the follower hears of it (actions.notices).
CHANGED = f"""
    SELECT profile_id FROM influencers_tierchange WHERE xid >= %(since)s::text::xid8
    UNION ALL
    SELECT profile_id FROM influencers_profilestatuschange WHERE xid >= %(since)s::text::xid8
    UNION ALL
    SELECT profile_id FROM disclosure_declaration WHERE xid >= %(since)s::text::xid8
    UNION ALL
    SELECT profile_id FROM agencies_binding WHERE xid >= %(since)s::text::xid8
    UNION ALL
    {ANSWERS_OF_THE_CALENDAR}
"""

_SCOPE_AND_ANSWERS = f"""
    WITH scope AS MATERIALIZED ({SCOPE}),
    answers AS MATERIALIZED (
        SELECT a.profile_id, range_agg(a.during) AS days FROM ({ANSWERED}) a GROUP BY a.profile_id
    )"""

# Open duties: closed where the account is no longer under the rule, met where it has answered.
# `shown_from` is taken back while the account is a minor's.
SETTLE = f"""{_SCOPE_AND_ANSWERS},
    judged AS MATERIALIZED (
        SELECT * FROM (
            SELECT d.id, d.from_day, d.shown_from, t.platform, t.today,
                   CASE WHEN ({UNDER}) IS NOT TRUE THEN 'closed'
                        WHEN a.days @> t.today THEN 'met' ELSE 'open' END AS status,
                   CASE WHEN s.rule_id IS NULL THEN 'rule'
                        WHEN p.status NOT IN ('active', 'suspended') THEN 'status'
                        WHEN (p.tier >= s.tier) IS NOT TRUE THEN 'tier' ELSE 'facts' END AS why,
                   CASE WHEN s.rule_id IS NULL THEN
                            (SELECT r.retired_on FROM disclosure_rule r WHERE r.id = d.rule_id)
                        WHEN p.status NOT IN ('active', 'suspended') THEN
                            (SELECT c.effective_on FROM influencers_profilestatuschange c
                             WHERE c.profile_id = p.id ORDER BY c.id DESC LIMIT 1)
                        WHEN (p.tier >= s.tier) IS NOT TRUE THEN {FELL_ON} END AS out_on,
                   (SELECT lower(r) FROM unnest(a.days) r WHERE r @> t.today) AS answered_on,
                   CASE WHEN d.noticed_on IS NULL OR s.speaks IS NOT TRUE OR {MINOR} THEN NULL
                        ELSE coalesce(d.shown_from,
                            greatest(d.due, d.noticed_on + s.notice_days, t.today) + 1)
                        END AS shown
            FROM disclosure_duty d
            JOIN influencers_profile p ON p.id = d.profile_id AND {{in_p}}
            JOIN unnest(%(platforms)s::bigint[], %(days)s::date[], %(codes)s::text[])
                AS t (platform_id, today, platform) ON t.platform_id = p.platform_id
            LEFT JOIN scope s ON s.rule_id = d.rule_id AND s.platform_id = p.platform_id AND s.live
            LEFT JOIN answers a ON a.profile_id = d.profile_id
            WHERE d.status = 'open' AND {{in_d}}
        ) j WHERE j.status <> 'open' OR j.shown IS DISTINCT FROM j.shown_from
    ), moved AS (
        UPDATE disclosure_duty d
        SET status = j.status, xid = pg_current_xact_id(),
            shown_from = CASE j.status WHEN 'open' THEN j.shown ELSE d.shown_from END,
            closed_at = CASE WHEN j.status <> 'open' THEN statement_timestamp() END,
            to_day = CASE j.status
                WHEN 'met' THEN greatest(d.from_day, j.answered_on)
                WHEN 'closed' THEN greatest(d.from_day, least(j.out_on, j.today)) END
        FROM judged j WHERE d.id = j.id AND {{in_d}}
        RETURNING d.id, d.profile_id, d.rule_id, d.status, d.from_day, d.to_day, j.platform, j.why
    ), told AS (
        INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
            platform, profile_id, audience, changes)
        SELECT 'duty.' || m.status, %(kind)s, %(actor)s, %(name)s, 'duty', m.id::text,
               m.platform, m.profile_id, 'parties',
               jsonb_build_object('rule', r.code, 'from_day', m.from_day, 'to_day', m.to_day)
               || CASE m.status WHEN 'closed' THEN jsonb_build_object('because', m.why)
                  ELSE '{{}}' END
        FROM moved m JOIN disclosure_rule r ON r.id = m.rule_id
        WHERE m.status <> 'open' ORDER BY m.id
    )
    SELECT m.status || ':' || r.code, count(*) FROM moved m
    JOIN disclosure_rule r ON r.id = m.rule_id WHERE m.status <> 'open' GROUP BY 1
"""

# Accounts under a rule without a duty that says so: a new one opens, met at once where there is an
# answer. A waived duty stays waived, a met one covers as long as the answer lasts. `ended` keeps
# the days of two duties of one pair apart. Shadow rules are counted and nothing else. Duties get
# their numbers before they are inserted, because the planner, which knows nothing of how many rows
# come back, would join what comes back in a nested loop. `+ 0` keeps it from reading the index of
# accounts by platform and tier, which leads through all ranges, once for each rule.
OPEN = f"""{_SCOPE_AND_ANSWERS},
    had AS MATERIALIZED (
        SELECT d.profile_id, d.rule_id, bool_or(d.status = 'open') AS open,
               max(d.id) FILTER (WHERE d.status = 'met') = max(d.id) AS met,
               max(d.id) FILTER (WHERE d.status = 'waived') = max(d.id) AS waived,
               max(d.to_day) FILTER (WHERE d.to_day > d.from_day OR d.status <> 'closed') AS ended
        FROM disclosure_duty d WHERE {{in_d}} GROUP BY d.profile_id, d.rule_id
    ), under AS MATERIALIZED (
        SELECT p.id AS profile_id, p.platform_id, s.rule_id, s.live,
               coalesce(a.days @> s.today, false) AS answered
        FROM influencers_profile p
        JOIN scope s ON s.platform_id = p.platform_id + 0
        LEFT JOIN answers a ON a.profile_id = p.id
        WHERE {{in_p}} AND p.tier >= (SELECT min(tier) FROM scope) AND {UNDER}
    ), fresh AS MATERIALIZED (
        SELECT u.*, h.ended FROM under u
        LEFT JOIN had h ON h.profile_id = u.profile_id AND h.rule_id = u.rule_id
        WHERE u.live AND h.open IS NOT TRUE AND h.waived IS NOT TRUE
          AND NOT (u.answered AND h.met IS TRUE)
    ), dated AS MATERIALIZED (
        SELECT f.profile_id, f.rule_id, s.code, f.answered, s.today, s.grace_days, s.platform,
               p.external_id, s.speaks AND NOT {MINOR} AS speaks,
               greatest(least(coalesce({ROSE_ON}, p.tier_since), s.today), s.live_from, f.ended,
                   (SELECT max(upper(r)) FROM unnest(a.days) r WHERE upper(r) <= s.today)
               ) AS from_day,
               (SELECT lower(r) FROM unnest(a.days) r WHERE r @> s.today) AS answered_on
        FROM fresh f
        JOIN scope s ON s.rule_id = f.rule_id AND s.platform_id = f.platform_id
        LEFT JOIN answers a ON a.profile_id = f.profile_id
        JOIN influencers_profile p ON p.id = f.profile_id AND {{in_p}}
        ORDER BY f.profile_id, f.rule_id
    ), numbered AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('disclosure_duty', 'id')) AS id, d.*,
               CASE WHEN d.answered THEN 'met' ELSE 'open' END AS status,
               CASE WHEN d.answered THEN greatest(d.from_day, d.answered_on) END AS to_day,
               greatest(d.from_day, d.today) + d.grace_days AS due
        FROM dated d
    ), born AS (
        INSERT INTO disclosure_duty (id, profile_id, rule_id, status, from_day, to_day, opened_at,
            closed_at, due)
        SELECT id, profile_id, rule_id, status, from_day, to_day, statement_timestamp(),
               CASE WHEN answered THEN statement_timestamp() END, due
        FROM numbered
    ), told AS (
        INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
            platform, profile_id, audience, changes)
        SELECT CASE WHEN answered THEN 'duty.met' ELSE 'duty.opened' END, %(kind)s, %(actor)s,
               %(name)s, 'duty', id::text, platform, profile_id, 'parties',
               jsonb_build_object('rule', code, 'from_day', from_day)
               || CASE WHEN answered THEN jsonb_build_object('to_day', to_day)
                  ELSE jsonb_build_object('due', due) END
        FROM numbered
    ), asked AS (
        INSERT INTO accounts_notice (recipient_kind, recipient, platform, subject_type, subject_id,
            body)
        SELECT 'profile', n.platform || '/' || n.external_id, n.platform, 'duty', n.id::text,
               jsonb_build_object(
                   'en', replace(w.en || CASE WHEN n.speaks THEN %(silence_en)s ELSE '' END,
                       '{{due}}', n.due::text),
                   'zh-Hans', replace(w.zh || CASE WHEN n.speaks THEN %(silence_zh)s ELSE '' END,
                       '{{due}}', n.due::text))
        FROM numbered n
        JOIN unnest(%(rules)s::bigint[], %(words_en)s::text[], %(words_zh)s::text[])
            AS w (rule_id, en, zh) ON w.rule_id = n.rule_id
        WHERE NOT n.answered ORDER BY n.id
    )
    SELECT CASE WHEN answered THEN 'met:' ELSE 'opened:' END || code, count(*)
    FROM numbered GROUP BY 1
    UNION ALL
    SELECT CASE WHEN u.answered THEN 'would_be_met:' ELSE 'would_open:' END || r.code, u.n
    FROM (SELECT rule_id, answered, count(*) AS n FROM under WHERE NOT live GROUP BY 1, 2) u
    JOIN disclosure_rule r ON r.id = u.rule_id
"""
