"""Pages of disputes and unanswered claims; agencies.urls.pages lists them with the others."""

from django.urls import path

from agencies.views import claims, disputes

urlpatterns = [
    # --- desks of agencies
    path("portal/disputes/", disputes.dispute_list, name="disputes"),
    path("portal/disputes/<int:pk>/", disputes.dispute_page, name="dispute"),
    # --- staff
    path("disputes/", disputes.all_disputes, name="all_disputes"),
    path("disputes/<int:pk>/", disputes.any_dispute, name="any_dispute"),
    path("claims/", claims.claim_list, name="claims"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
]
