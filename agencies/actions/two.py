"""Two people of the platform, where what they decide is about an account and agencies."""

from django.utils import timezone

from accounts.actions import proposals
from accounts.actions.proposals import NeedsTwo
from accounts.models import Proposal
from accounts.permissions import Sensitive
from agencies.models import Binding, Membership
from influencers.models import Profile
from journal.actions.context import PASS, seeing
from journal.values import Actor


def must_be_two(act: Sensitive, profile: Profile, *, by: Actor, proposed_by: Actor | None) -> None:
    """NeedsTwo unless both may do their part now, for the account, and neither works for an agency
    today."""
    proposals.must_be_two(
        act,
        by=by,
        proposed_by=proposed_by,
        platform=profile.platform.code,
        territory=profile.ip_territory,
    )
    _must_work_for_none(by, proposed_by)


def _must_work_for_none(by: Actor, proposed_by: Actor | None) -> None:
    both = [each.id for each in (by, proposed_by) if each is not None]
    with seeing(PASS):  # of other agencies, too
        working = Membership.objects.in_force(timezone.localdate()).filter(user_id__in=both)
        if working.exists():
            raise NeedsTwo("somebody of an agency does not decide on its claims")


def voiding(binding: Binding) -> Proposal | None:
    """The proposal to take the binding's label back that waits for a second person, if any."""
    waiting = Proposal.objects.open().filter(action=Sensitive.VOID_LABEL)
    return waiting.filter(params__binding=binding.pk).order_by("pk").first()


def must_be_two_of_platform(
    act: Sensitive, platform: str, *, by: Actor, proposed_by: Actor | None
) -> None:
    """As `must_be_two`, for what is about an agency on a platform, or on all of them ("")."""
    proposals.must_be_two(act, by=by, proposed_by=proposed_by, platform=platform)
    _must_work_for_none(by, proposed_by)
