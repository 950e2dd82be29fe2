"""Pages of agencies: the public ones, the desks of those who work there, the operator's."""

from django.urls import path

from agencies.urls.admissions import urlpatterns as admission_pages
from agencies.urls.disputes import urlpatterns as dispute_pages
from agencies.urls.imports import urlpatterns as import_pages
from agencies.urls.reviews import urlpatterns as review_pages
from agencies.views import agencies, bindings, contracts, desk, manage, people

app_name = "agencies"

urlpatterns = [
    *review_pages,
    *dispute_pages,
    *admission_pages,
    *import_pages,
    # --- desks of agencies
    path("portal/switch/", desk.switch, name="switch"),
    path("portal/contracts/", contracts.contract_list, name="contracts"),
    path("portal/contracts/new/", contracts.contract_add, name="contract_add"),
    path("portal/contracts/<int:pk>/", contracts.contract_detail, name="contract"),
    path("portal/contracts/<int:pk>/amend/", contracts.contract_amend, name="contract_amend"),
    path("portal/contracts/<int:pk>/end/", contracts.contract_end, name="contract_end"),
    path(
        "portal/contracts/<int:pk>/withdraw/", contracts.contract_withdraw, name="contract_withdraw"
    ),
    path("portal/contracts/<int:pk>/bind/", bindings.bind_search, name="bind_search"),
    path("portal/contracts/<int:pk>/bind/<uuid:public_id>/", bindings.bind, name="bind"),
    path("portal/bindings/<int:pk>/ask/", bindings.binding_ask, name="binding_ask"),
    path("portal/bindings/<int:pk>/amend/", bindings.binding_amend, name="binding_amend"),
    path("portal/bindings/<int:pk>/end/", bindings.binding_end, name="binding_end"),
    path("portal/bindings/<int:pk>/withdraw/", bindings.binding_withdraw, name="binding_withdraw"),
    path("portal/accounts/", bindings.roster, name="roster"),
    path("portal/people/", people.people_list, name="people"),
    path("portal/people/new/", people.member_add, name="member_add"),
    path("portal/people/<int:pk>/", people.member_change, name="member_change"),
    path("portal/keys/", people.key_list, name="keys"),
    path("portal/keys/new/", people.key_issue, name="key_issue"),
    path("portal/keys/<slug:prefix>/revoke/", people.key_revoke, name="key_revoke"),
    # --- the operator's; before the public ones, whose slugs are none of these words
    path("agencies/new/", manage.register, name="register"),
    path("agencies/manage/", manage.agency_list, name="manage"),
    path("agencies/<slug:slug>/record/", manage.record, name="record"),
    path("agencies/<slug:slug>/rename/", manage.rename, name="rename"),
    path("agencies/<slug:slug>/names/<int:pk>/", manage.correct_name, name="correct_name"),
    path("agencies/<slug:slug>/group/", manage.set_group, name="set_group"),
    path("agencies/<slug:slug>/people/", manage.member_first, name="member_first"),
    # --- everybody's
    path("agencies/", agencies.agency_list, name="agencies"),
    path("agencies/groups/<slug:slug>/", agencies.group_detail, name="group"),
    path("agencies/<slug:slug>/", agencies.agency_detail, name="agency"),
]
