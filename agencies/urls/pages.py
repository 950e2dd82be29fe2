"""Pages of agencies: the public ones, the desks of those who work there, the operator's."""

from django.urls import path

from agencies.urls.reviews import urlpatterns as review_pages
from agencies.views import bindings, contracts, desk

app_name = "agencies"

urlpatterns = [
    *review_pages,
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
]
