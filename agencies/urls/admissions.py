"""Pages of applications, admissions, filings and the blacklist; agencies.urls.pages lists them
before the public ones, whose slugs are none of these words."""

from django.urls import path

from agencies.views import admissions, applying, endings, filings

urlpatterns = [
    # --- everybody's
    path("agencies/apply/", applying.apply, name="apply"),
    path("agencies/apply/track/", applying.track, name="application_track"),
    # --- desks of agencies
    path("portal/platforms/", applying.own_admissions, name="own_admissions"),
    path("portal/platforms/new/", applying.admission_apply, name="admission_apply"),
    # --- staff
    path("agencies/admissions/", admissions.admission_list, name="admissions"),
    path("agencies/admissions/<int:pk>/", admissions.admission_page, name="admission"),
    path(
        "agencies/admissions/<int:pk>/checks/<slug:kind>/",
        admissions.admission_check,
        name="admission_check",
    ),
    path(
        "agencies/admissions/<int:pk>/decide/", admissions.admission_decide, name="admission_decide"
    ),
    path("agencies/admissions/<int:pk>/close/", admissions.admission_close, name="admission_close"),
    path("agencies/admissions/taken/<slug:code>/", admissions.intake, name="intake"),
    path("agencies/applications/", admissions.application_list, name="applications"),
    path(
        "agencies/applications/<uuid:public_id>/", admissions.application_page, name="application"
    ),
    path("agencies/evidence/<uuid:public_id>/", admissions.evidence, name="evidence"),
    path("agencies/filings/", filings.filing_list, name="filings"),
    path("agencies/filings/<int:pk>/", filings.filing, name="filing"),
    path("agencies/filings/export/", filings.filing_export, name="filing_export"),
    path("agencies/blacklist/", filings.blacklist_page, name="blacklist"),
    path("agencies/blacklist/new/", filings.blacklist_add, name="blacklist_add"),
    path("agencies/blacklist/<int:pk>/end/", filings.blacklist_end, name="blacklist_end"),
    path("agencies/<slug:slug>/end/", endings.end_agency, name="end_agency"),
    path("agencies/groups/<slug:slug>/owner/", endings.set_owner, name="set_owner"),
]
