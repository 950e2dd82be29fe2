"""What tests of imports compare: refused cells, and everything that imports write."""

from typing import Any

from influencers.models import ImportBatch, Profile


def problems(batch: ImportBatch) -> list[tuple[Any, ...]]:
    return list(batch.problems.order_by("id").values_list("line", "column", "value", "code"))


def state() -> list[dict[str, Any]]:
    """Everything that imports write, without ids."""
    profiles = Profile.objects.order_by("platform__code", "external_id", "provisional")
    return [
        {
            "platform": profile.platform.code,
            "external_id": profile.external_id,
            "provisional": profile.provisional,
            "handle": profile.handle,
            "name": profile.display_name,
            "fields": profile.content_fields,
            "count": (profile.followers, profile.at_least, profile.observed_on),
            "territory": (profile.ip_territory, profile.ip_territory_on),
            "handles": sorted(
                (h.handle, h.during.lower, h.during.upper) for h in profile.handles.all()
            ),
            "observations": sorted(
                profile.observations.values_list(
                    "day", "followers", "at_least", "views", "posts", "engagements"
                ),
                key=lambda row: row[0],
            ),
        }
        for profile in profiles.select_related("platform").prefetch_related("handles")
    ]
