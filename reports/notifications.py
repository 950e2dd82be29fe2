"""What the parties of a decision are told, and by which mail. They learn nothing of reporters."""

from typing import Any

from django.conf import settings

from accounts.models import Notice
from agencies.models import Membership
from reports.models import Case, Decision

# Both languages travel together: the portal does not know which one the reader reads.
TOLD = {
    "en": (
        "A report about {about} was found to be borne out ({category}). What follows: {outcome}. "
        "Day of the act: {day}. Rule: {rule}. Facts: {facts} Reasons: {explanation}"
    ),
    "zh-Hans": (
        "关于{about}的举报经核实成立（{category}）。处理结果：{outcome}。行为发生日：{day}。"
        "依据：{rule}。事实：{facts}理由：{explanation}"
    ),
}
# Outcomes that something follows from; of the others the parties hear nothing.
OUTCOMES: dict[str, dict[str, str]] = {
    "en": {
        Decision.Outcome.WARNING: "a warning",
        Decision.Outcome.LABEL_CORRECTED: "the label is corrected",
    },
    "zh-Hans": {
        Decision.Outcome.WARNING: "警告",
        Decision.Outcome.LABEL_CORRECTED: "更正机构标识",
    },
}
SUBJECTS = {
    "en": "A decision about {about}",
    "zh-Hans": "关于{about}的处理决定",
}


def account_notice(case: Case, decision: Decision) -> Notice:
    """What the account is told, by its platform. The case is about an account."""
    profile = case.profile
    assert profile is not None  # said above
    code = profile.platform.code
    return Notice(
        recipient_kind=Notice.RecipientKind.PROFILE,
        recipient=f"{code}/{profile.external_id}",
        platform=code,
        subject_type="decision",
        subject_id=str(decision.public_id),
        body={language: _text(case, decision, language) for language in TOLD},
    )


def member_notice(case: Case, decision: Decision, member: Membership) -> Notice:
    """What somebody is told who works for the agency that answers for it."""
    return Notice(
        recipient_kind=Notice.RecipientKind.USER,
        recipient=str(member.user_id),
        subject_type="decision",
        subject_id=str(decision.public_id),
        body={language: _text(case, decision, language) for language in TOLD},
    )


def member_mail(case: Case, decision: Decision, member: Membership) -> dict[str, Any]:
    """The same as a mail, in the member's language."""
    chosen = member.user.language or settings.LANGUAGE_CODE
    language = "zh-Hans" if chosen.startswith("zh") else "en"
    subject = SUBJECTS[language].format(about=case.about)
    return {
        "subject": settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject,
        "body": _text(case, decision, language) + "\n",
        "to": [member.user.email],
    }


def _text(case: Case, decision: Decision, language: str) -> str:
    category = case.category
    return TOLD[language].format(
        about=case.about,
        category=category.name_zh if language == "zh-Hans" else category.name_en,
        outcome=OUTCOMES[language][decision.outcome],
        day=decision.act_day.isoformat(),
        rule=decision.ground_text,
        facts=decision.facts,
        explanation=decision.explanation,
    )
