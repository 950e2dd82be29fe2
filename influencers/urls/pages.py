from django.urls import path

from influencers.views import imports, proofs, records

app_name = "influencers"

urlpatterns = [
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_upload, name="import_upload"),
    path("imports/sample.csv", imports.import_sample, name="import_sample"),
    path("imports/<uuid:public_id>/", imports.import_detail, name="import"),
    path("imports/<uuid:public_id>/decide/", imports.import_decide, name="import_decide"),
    path("imports/<uuid:public_id>/problems.csv", imports.import_problems, name="import_problems"),
    path("proofs/", proofs.proof_list, name="proofs"),
    path("proofs/<uuid:public_id>/", proofs.proof_check, name="proof_check"),
    path("p/<uuid:public_id>/record/", records.record, name="record"),
]
