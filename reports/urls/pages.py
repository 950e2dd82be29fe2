"""Pages for reporters, and the desks of those who decide."""

from django.urls import path

from reports.views import cases, decisions, tracking, wizard

app_name = "reports"

urlpatterns = [
    path("report/", wizard.start, name="report"),
    *[
        path(f"report/{word}/", wizard.step, {"step": word}, name=word)
        for word in ("category", "where", "what", "contact")
    ],
    path("report/check/", wizard.check, name="check"),
    path("report/sent/", wizard.sent, name="sent"),
    path("report/track/", tracking.track, name="track"),
    path("report/track/message/", tracking.message, name="track_message"),
    path("report/track/leave/", tracking.leave, name="track_leave"),
    # --- moderators
    path("moderation/", cases.queue, name="queue"),
    path("moderation/next/", cases.next_case, name="next"),
    path("moderation/cases/<uuid:public_id>/", cases.case, name="case"),
    path("moderation/cases/<uuid:public_id>/claim/", cases.claim, name="claim"),
    path("moderation/cases/<uuid:public_id>/decide/", decisions.decide, name="decide"),
    path("moderation/reports/<uuid:public_id>/", decisions.report, name="read"),
    path("moderation/reports/<uuid:public_id>/contact/", decisions.contact, name="contact_of"),
]
