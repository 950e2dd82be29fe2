from django.urls import path

from accounts.views import home

urlpatterns = [path("setlang/", home.language, name="set_language")]
