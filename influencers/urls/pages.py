from django.urls import path

from influencers.views import records

app_name = "influencers"

urlpatterns = [
    path("p/<uuid:public_id>/record/", records.record, name="record"),
]
