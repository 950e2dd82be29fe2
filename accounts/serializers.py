"""What the API says of messages."""

from typing import Any

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
    text = MessageTextSerializer(source="body", read_only=True)

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

    def get_external_id(self, notice: Notice) -> str:
        return notice.recipient.removeprefix(f"{notice.platform}/")

    def get_subject(self, notice: Notice) -> str:
        return notice.subject_type
