"""Claims established on documents wait among the proposals of accounts, as everything that takes
two people does; the rows move there."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

ACT = "establish_binding"
WAITS = timedelta(days=7)

# Staff only: what is proposed names people and claims that nobody confirmed.
STAFF_ONLY = """
ALTER TABLE accounts_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON accounts_proposal TO mingpai_owner USING (true) WITH CHECK (true);
CREATE POLICY staff ON accounts_proposal TO mingpai_app
    USING ((SELECT app_all())) WITH CHECK ((SELECT app_all()));
"""
OPEN_AGAIN = """
DROP POLICY staff ON accounts_proposal;
DROP POLICY owner ON accounts_proposal;
ALTER TABLE accounts_proposal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_proposal DISABLE ROW LEVEL SECURITY;
"""


def move(apps, schema_editor):
    Establishment = apps.get_model("agencies", "Establishment")
    Proposal = apps.get_model("accounts", "Proposal")
    related = Establishment.objects.select_related("binding__profile__platform")
    for row in related.order_by("pk"):
        profile = row.binding.profile
        proposal = Proposal.objects.create(
            action=ACT,
            subject_type="binding",
            subject_id=str(row.binding_id),
            subject_name=(profile.display_name or profile.handle or profile.external_id)[:300],
            platform=profile.platform.code,
            territory=profile.ip_territory,
            params={
                "binding": row.binding_id,
                "profile": profile.pk,
                "seen": row.seen.isoformat(),
                "was": f"establishment:{row.pk}",
            },
            reason=row.documents or "–",
            proposed_by=row.proposed_by,
            proposed_name=row.proposed_name,
            proposed_at=row.proposed_at,
            # What waits has its whole time from now on: nothing lapsed before.
            lapses_at=(timezone.now() if row.status == "proposed" else row.proposed_at) + WAITS,
        )
        if row.status != "proposed":  # no row is born decided
            Proposal.objects.filter(pk=proposal.pk).update(
                status=row.status,
                decided_by=row.decided_by,
                decided_name=row.decided_name,
                decided_at=row.decided_at,
                note=row.reason,
            )


def move_back(apps, schema_editor):
    Establishment = apps.get_model("agencies", "Establishment")
    Binding = apps.get_model("agencies", "Binding")
    Proposal = apps.get_model("accounts", "Proposal")
    for row in Proposal.objects.filter(action=ACT).order_by("pk"):
        binding = Binding.objects.get(pk=row.subject_id)
        back = Establishment.objects.create(
            binding=binding,
            agency_id=binding.agency_id,
            seen=row.params["seen"],
            documents=row.reason,
            proposed_by=row.proposed_by,
            proposed_name=row.proposed_name,
        )
        Establishment.objects.filter(pk=back.pk).update(proposed_at=row.proposed_at)
        # What lapsed or was withdrawn had no name there: it was not approved.
        if row.status != "proposed":
            status = "approved" if row.status == "approved" else "rejected"
            by = row.decided_by if row.decided_by != row.proposed_by else "clock:withdrawn"
            Establishment.objects.filter(pk=back.pk).update(
                status=status,
                decided_by=by,
                decided_name=row.decided_name,
                decided_at=row.decided_at,
                reason=row.note,
            )
        row.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_proposals"),
        ("agencies", "0009_reference_of_kept_contracts"),
    ]

    operations = [
        migrations.RunPython(move, move_back),
        migrations.RunSQL(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;", migrations.RunSQL.noop
        ),
        migrations.DeleteModel(name="Establishment"),
        migrations.RunSQL(STAFF_ONLY, OPEN_AGAIN),
    ]
