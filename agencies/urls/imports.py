"""Files of contracts, in and out."""

from django.urls import path

from agencies.views import imports

PLACE = "portal/contracts/import/"

urlpatterns = [
    path("portal/contracts/export.csv", imports.export_csv, name="contracts_csv"),
    path("portal/contracts/export.xlsx", imports.export_xlsx, name="contracts_xlsx"),
    path(PLACE, imports.import_list, name="contract_imports"),
    path(f"{PLACE}new/", imports.import_upload, name="contract_import_upload"),
    path(f"{PLACE}template.csv", imports.template_csv, name="contract_template_csv"),
    path(f"{PLACE}template.xlsx", imports.template_xlsx, name="contract_template_xlsx"),
    path(f"{PLACE}<uuid:public_id>/", imports.import_detail, name="contract_import"),
    path(
        f"{PLACE}<uuid:public_id>/columns/", imports.import_columns, name="contract_import_columns"
    ),
    path(f"{PLACE}<uuid:public_id>/decide/", imports.import_decide, name="contract_import_decide"),
    path(
        f"{PLACE}<uuid:public_id>/refused.csv", imports.refused_csv, name="contract_import_refused"
    ),
    path(
        f"{PLACE}<uuid:public_id>/refused.xlsx",
        imports.refused_xlsx,
        name="contract_import_refused_xlsx",
    ),
]
