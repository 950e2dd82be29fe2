"""What the people of an agency are told, and by which mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, User
from agencies.models import Agency, Binding, ContractReview, Dispute
from influencers.models import Profile

# Both languages travel together: a notice is read in whichever one its reader has chosen by then.
REVIEW_OPENED = {
    "en": (
        "“{title}” asks {agency} to review its contracts by {due}. Contracts to answer for: {n}. "
        "Say of each one that it is unchanged, amend it, or say when it ended. Those without an "
        "answer count as unconfirmed from the day after."
    ),
    "zh-Hans": (
        "“{title}”要求{agency}最晚于 {due} 完成合同自查，需答复的合同共 {n} 份。请逐份确认无变化、"
        "更正内容或填写终止日期。逾期未答复的合同自次日起计为未确认。"
    ),
}
REVIEW_CLOSED = {
    "en": (
        "“{title}” is closed. {agency} left contracts without an answer: {n}. They count as "
        "unconfirmed until they are confirmed or amended."
    ),
    "zh-Hans": ("“{title}”已结束。{agency}未答复的合同共 {n} 份，在确认或更正之前计为未确认。"),
}
SUBJECTS = {
    "open": {"en": "Review your contracts by {due}", "zh-Hans": "请最晚于 {due} 完成合同自查"},
    "close": {"en": "Contracts without an answer", "zh-Hans": "有合同未答复"},
}

CONTESTED = {
    "en": (
        "The holder of {account} ({platform}) says that {agency} does not manage the account. Its "
        "public page says “disputed” until this is decided. Please answer by {due}; without an "
        "answer the platform decides on what the holder says."
    ),
    "zh-Hans": (
        "{account}（{platform}）的账号持有人称{agency}并未管理该账号。在处理完毕之前，账号公开页面显示“存在"
        "争议”。请最晚于 {due} 答复；逾期未答复的，平台将依据账号持有人的陈述作出决定。"
    ),
}
WANTS_TO_LEAVE = {
    "en": (
        "The holder of {account} ({platform}) asks {agency} to let the account go. Please agree or "
        "answer by {due}; without an answer the platform decides. Nothing of it is public."
    ),
    "zh-Hans": (
        "{account}（{platform}）的账号持有人请求与{agency}解除绑定。请最晚于 {due} 同意或答复；"
        "逾期未答复的，由平台决定。该请求不对外公开。"
    ),
}
HAS_LEFT = {
    "en": (
        "The holder of {account} ({platform}) has left {agency}, as they may within fourteen days "
        "of the confirmation. What they say to the agency stands in the portal. There is nothing "
        "to answer."
    ),
    "zh-Hans": (
        "{account}（{platform}）的账号持有人已在确认后十四天内解除与{agency}的绑定。其留言可在本系统"
        "中查看，无需答复。"
    ),
}
LEFT_SUBJECT = {"en": "{account} has left", "zh-Hans": "{account}已解除绑定"}
DISPUTE_SUBJECT = {
    "en": "Answer for {account} by {due}",
    "zh-Hans": "请最晚于 {due} 就{account}作出答复",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for an agency that a review asks, and how many contracts it is about."""

    user_id: int
    email: str
    language: str
    agency_en: str
    agency_zh: str
    contracts: int


def review_notice(review: ContractReview, member: Member, step: str) -> Notice:
    """What a member finds in the portal when a review opens (`open`) or has closed (`close`)."""
    return Notice(
        recipient_kind=Notice.RecipientKind.USER,
        recipient=str(member.user_id),
        subject_type="contractreview",
        subject_id=str(review.pk),
        body={language: _text(review, member, step, language) for language in REVIEW_OPENED},
    )


def review_mail(review: ContractReview, member: Member, step: str) -> dict[str, Any]:
    """The same as a mail, in the member's language, with the way to the page."""
    chosen = member.language or settings.LANGUAGE_CODE
    language = "zh-Hans" if chosen.startswith("zh") else "en"
    subject = SUBJECTS[step][language].format(due=review.due.isoformat())
    address = settings.PUBLIC_URL + reverse("agencies:review", args=[review.pk])
    return {
        "subject": settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject,
        "body": f"{_text(review, member, step, language)}\n\n{address}\n",
        "to": [member.email],
    }


def _text(review: ContractReview, member: Member, step: str, language: str) -> str:
    chinese = language == "zh-Hans"
    return (REVIEW_OPENED if step == "open" else REVIEW_CLOSED)[language].format(
        title=review.title_zh if chinese else review.title_en,
        agency=member.agency_zh if chinese else member.agency_en,
        due=review.due.isoformat(),
        n=member.contracts,
    )


def dispute_notice(dispute: Dispute, user: User) -> Notice:
    """What somebody who answers for an agency finds in the portal when an account contests."""
    return Notice(
        recipient_kind=Notice.RecipientKind.USER,
        recipient=str(user.pk),
        subject_type="dispute",
        subject_id=str(dispute.pk),
        body={language: _of_dispute(dispute, language) for language in CONTESTED},
    )


def dispute_mail(dispute: Dispute, user: User) -> dict[str, Any]:
    """The same as a mail, in the user's language, with the way to the page."""
    chosen = user.language or settings.LANGUAGE_CODE
    language = "zh-Hans" if chosen.startswith("zh") else "en"
    due = timezone.localdate(dispute.due_at).isoformat()
    subjects = LEFT_SUBJECT if _has_left(dispute) else DISPUTE_SUBJECT
    subject = subjects[language].format(account=dispute.profile, due=due)
    address = settings.PUBLIC_URL + reverse("agencies:dispute", args=[dispute.pk])
    return {
        "subject": settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + " ".join(subject.split()),
        "body": f"{_of_dispute(dispute, language)}\n\n{address}\n",
        "to": [user.email],
    }


def _has_left(dispute: Dispute) -> bool:
    """Whether it is the news of a holder who needed no consent: a wish that is granted."""
    return dispute.wish == Dispute.Wish.END and dispute.status == Dispute.Status.UPHELD


def _of_dispute(dispute: Dispute, language: str) -> str:
    texts = WANTS_TO_LEAVE if dispute.wish == Dispute.Wish.END else CONTESTED
    texts = HAS_LEFT if _has_left(dispute) else texts
    agency, platform = dispute.binding.agency, dispute.profile.platform
    chinese = language == "zh-Hans"
    return texts[language].format(
        account=dispute.profile,
        platform=platform.name_zh if chinese else platform.name_en,
        agency=agency.name_zh if chinese else agency.name_en,
        due=timezone.localdate(dispute.due_at).isoformat(),
    )


# --- Agencies that are no more --------------------------------------------------------------------

MERGED = {
    "en": (
        "{agency}, which manages this account, was merged into {successor} on {day}. By law its "
        "contracts go on with {successor}, and the page of the account names {successor} from that "
        "day on. There is nothing to answer. If the account is not managed by {successor}, say so "
        "at {link}"
    ),
    "zh-Hans": (
        "管理本账号的{agency}已于 {day} 并入{successor}。其合同依法由{successor}承继，账号页面"
        "自该日起显示{successor}，无需答复。如{successor}并未管理本账号，请前往 {link} 说明。"
    ),
}
HANDED_OVER = {
    "en": (
        "{agency}, which managed this account, is no more from {day} on, and hands its contracts "
        "over to {successor}. The page of the account names no agency until you agree, once "
        "{successor} asks. Everything held about the account: {link}"
    ),
    "zh-Hans": (
        "曾管理本账号的{agency}自 {day} 起不再存续，拟将合同移交{successor}。"
        "在{successor}询问并经您同意之前，账号页面不显示所属机构。查看本账号的全部记录：{link}"
    ),
}
DEREGISTERED = {
    "en": (
        "{agency}, which managed this account, was deregistered on {day}. The page of the account "
        "names it no more from that day on. Everything held about the account: {link}"
    ),
    "zh-Hans": (
        "曾管理本账号的{agency}已于 {day} 注销，账号页面自该日起不再显示该机构。"
        "查看本账号的全部记录：{link}"
    ),
}


def of_ending(
    words: Mapping[str, str],
    profile: Profile,
    about: Binding,
    agency: Agency,
    successor: Agency | None,
    day: date,
) -> Notice:
    """What an account is told of its agency's end, by its platform; `about` is the binding."""
    names = {"en": "name_en", "zh-Hans": "name_zh"}
    return Notice(
        recipient_kind=Notice.RecipientKind.PROFILE,
        recipient=f"{profile.platform.code}/{profile.external_id}",
        platform=profile.platform.code,
        subject_type="binding",
        subject_id=str(about.pk),
        body={
            language: text.format(
                agency=getattr(agency, names[language]),
                successor=getattr(successor, names[language]) if successor else "",
                day=day.isoformat(),
                link=f"{settings.PUBLIC_URL}/creator/",
            )
            for language, text in words.items()
        },
    )
