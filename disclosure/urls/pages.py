"""Pages of the register, of rules and duties."""

from django.urls import path, re_path

from disclosure.views import (
    about,
    confirm,
    creator,
    creator_account,
    creator_acts,
    declarations,
    duties,
    objections,
    register,
    rules,
)

app_name = "disclosure"

urlpatterns = [
    path("", register.search, name="search"),
    # An id may hold slashes. The address ends with one that is not the id's; the form without it
    # leads to the same page, so that nobody's link breaks.
    re_path(
        r"^profiles/(?P<platform>[^/]+)/(?P<external_id>.+)/$", register.profile, name="profile"
    ),
    re_path(r"^profiles/(?P<platform>[^/]+)/(?P<external_id>.*[^/])$", register.profile),
    path("p/<uuid:public_id>/", register.by_public_id, name="by_public_id"),
    path("p/<uuid:public_id>/history/", register.profile_history, name="history"),
    path("about/", about.about, name="about"),
    path("about/rules/", rules.about_rules, name="about_rules"),
    path("developers/", about.developers, name="developers"),
    # --- holders of accounts
    path("confirm/check/", confirm.check, name="confirm_check"),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("creator/", creator.desk, name="creator"),
    path("creator/objection/", objections.object_without_proof, name="objection"),
    path("creator/forget/", creator.leave_browser, name="creator_forget"),
    path("creator/code/<uuid:public_id>/", creator.code, name="creator_code"),
    path("creator/prove/<str:token>/", creator.prove, name="creator_prove"),
    path("creator/<uuid:public_id>/", creator_account.account, name="creator_account"),
    path("creator/<uuid:public_id>/data/", creator_account.held, name="creator_data"),
    path("creator/<uuid:public_id>/claims/", creator_acts.claims, name="creator_claims"),
    path("creator/<uuid:public_id>/declare/", creator_acts.declare, name="creator_declare"),
    path(
        "creator/<uuid:public_id>/declare/<int:pk>/",
        creator_acts.undeclare,
        name="creator_undeclare",
    ),
    path(
        "creator/<uuid:public_id>/contest/<int:pk>/", creator_acts.contest, name="creator_contest"
    ),
    path("creator/<uuid:public_id>/affirm/<int:pk>/", creator_acts.affirm, name="creator_affirm"),
    path("creator/<uuid:public_id>/leave/<int:pk>/", creator_acts.leave, name="creator_leave"),
    path(
        "creator/<uuid:public_id>/disputes/<int:pk>/",
        creator_acts.take_back,
        name="creator_take_back",
    ),
    # --- staff
    path("p/<uuid:public_id>/declare/", declarations.declare, name="declare"),
    path("p/<uuid:public_id>/declare/<int:pk>/", declarations.withdraw, name="withdraw"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/new/", rules.rule_propose, name="rule_propose"),
    path("rules/<slug:code>/", rules.rule_detail, name="rule"),
    path("rules/<slug:code>/amend/", rules.rule_amend, name="rule_amend"),
    path("rules/<slug:code>/move/", rules.rule_move, name="rule_move"),
    path("rules/<slug:code>/live/", rules.rule_live, name="rule_live"),
    path("rules/<slug:code>/retire/", rules.rule_retire, name="rule_retire"),
    path("rules/<slug:code>/preview/", rules.rule_preview, name="rule_preview"),
    path("duties/", duties.duty_list, name="duties"),
    path("duties/<int:pk>/", duties.duty_detail, name="duty"),
    path("duties/<int:pk>/waive/", duties.duty_waive, name="duty_waive"),
]
