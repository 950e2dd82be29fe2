from django.urls import path

from dashboards.views import demo, panels, portal, runs

app_name = "dashboards"

urlpatterns = [
    path("portal/", portal.home, name="portal"),
    path("dashboards/", panels.overview, name="overview"),
    path("dashboards/coverage/", panels.coverage_page, name="coverage"),
    path("dashboards/coverage.csv", panels.coverage_file, name="coverage_csv"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/start/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_detail, name="run"),
    # --- the demonstration's; no pages anywhere else
    path("demo/", demo.tour, name="demo"),
    path("demo/switch/", demo.switch, name="demo_switch"),
    path("demo/inbox/", demo.inbox, name="demo_inbox"),
    path("demo/next-month/", demo.next_month, name="demo_next_month"),
]
