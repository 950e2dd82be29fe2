"""What the API says of messages."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Notice


class MessageTextSerializer(serializers.Serializer[Any]):
    """The text in each language of the portal."""

    def get_fields(self) -> dict[str, Any]:
        # A language's tag is no Python name.
        return {"en": serializers.CharField(), "zh-Hans": serializers.CharField()}


class MessageSerializer(serializers.ModelSerializer[Notice]):
    """A message that a platform delivers to one of its accounts."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    external_id = serializers.SerializerMethodField(help_text="The account, by its permanent id.")
    subject = serializers.SerializerMethodField(help_text="What the message is about.")
    text = serializers.SerializerMethodField(help_text="Empty once it is delivered.")

    class Meta:
        model = Notice
        fields = [
            "id",
            "platform",
            "external_id",
            "subject",
            "text",
            "channel",
            "created_at",
            "delivered_at",
        ]
        read_only_fields = fields

    @extend_schema_field(MessageTextSerializer)
    def get_text(self, notice: Notice) -> dict[str, str]:
        """The text may hold a link that answers for the account: nobody needs to read it again
        after the account has it."""
        said: dict[str, str] = MessageTextSerializer(notice.body).data
        return said if notice.delivered_at is None else dict.fromkeys(said, "")

    def get_external_id(self, notice: Notice) -> str:
        return notice.recipient.removeprefix(f"{notice.platform}/")

    def get_subject(self, notice: Notice) -> str:
        return notice.subject_type
