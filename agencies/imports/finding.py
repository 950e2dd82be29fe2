"""What the register holds of the accounts and contracts that rows name."""

from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower

from agencies.actions import terms
from agencies.imports.lines import Bound, Line
from agencies.models import Agency, Binding, Contract
from agencies.values.cells import is_cut
from influencers.models import Profile


def find_accounts(lines: Sequence[Line]) -> None:
    codes = {line.said["platform"] for line in lines}
    ids = {line.said["external_id"] for line in lines if "external_id" in line.said}
    handles = {line.said["handle"] for line in lines if "handle" in line.said}
    everywhere = Profile.objects.select_related("platform").filter(platform__code__in=codes)
    by_id: dict[tuple[str, str], Profile] = {}
    # Provisional ones first: the account that has a permanent id takes their place.
    for each in everywhere.filter(external_id__in=ids).order_by("-provisional", "pk"):
        by_id[each.platform.code, each.external_id] = each
    by_handle: dict[tuple[str, str], list[Profile]] = {}
    for each in everywhere.filter(handle__in=handles).order_by("provisional", "pk"):
        by_handle.setdefault((each.platform.code, each.handle), []).append(each)
    for line in lines:
        _find_account(line, by_id, by_handle)


def _find_account(
    line: Line,
    by_id: dict[tuple[str, str], Profile],
    by_handle: dict[tuple[str, str], list[Profile]],
) -> None:
    code, id_, handle = (line.said.get(name, "") for name in ("platform", "external_id", "handle"))
    if id_:
        line.profile = by_id.get((code, id_))
        if line.profile is None:
            line.refuse("external_id", "rounded" if is_cut(id_) else "unknown_account")
        elif handle and handle.lower() not in (line.profile.handle.lower(), ""):
            others = by_handle.get((code, handle), [])
            if any(each.pk != line.profile.pk for each in others):
                line.refuse("handle", "other_account")
    elif handle:
        found = by_handle.get((code, handle), [])
        if len(found) == 1:
            line.profile = found[0]
        else:
            line.refuse("handle", "several_accounts" if found else "unknown_account")


def contracts(agency: Agency, names: list[str]) -> dict[str, Contract]:
    kept = Contract.objects.kept().filter(agency=agency)
    found = kept.annotate(name=Lower("reference")).filter(name__in=names)
    return {each.reference.lower(): each for each in found}


def bindings(held_by: Iterable[Contract]) -> dict[int, list[Bound]]:
    rows = Binding.objects.filter(contract__in=[each.pk for each in held_by])
    found: dict[int, list[Bound]] = {}
    for row in (
        rows.exclude(status__in=terms.GONE).select_related("profile__platform").order_by("pk")
    ):
        bound = Bound(
            *(row.profile, row.during, row.lines, row.territory, row.exclusive, row.status, row)
        )
        found.setdefault(row.contract_id, []).append(bound)
    return found
