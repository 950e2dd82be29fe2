"""Messages, and the description of the API. Addresses answer with and without their last slash."""

from django.urls import re_path

from accounts import api

app_name = "accounts_api"

urlpatterns = [
    re_path(r"^messages/?$", api.MessageList.as_view(), name="messages"),
    re_path(
        r"^messages/(?P<public_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/delivered/?$",
        api.MessageDelivered.as_view(),
        name="message_delivered",
    ),
    re_path(r"^schema/?$", api.SchemaView.as_view(), name="schema"),
]
