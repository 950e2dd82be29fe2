"""Observations by program: a platform pushes a file and follows what becomes of it."""

import tempfile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File as Content
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import files
from accounts.doors import UploadRefused, check_upload
from accounts.models import File
from accounts.permissions import Right
from influencers.actions import imports
from influencers.models import ImportBatch, ImportProblem


class _Whole(BaseParser):
    """Leaves the body where it is: it is streamed to a file, never read into memory."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class CsvParser(_Whole):
    media_type = "text/csv"


class NdjsonParser(_Whole):
    media_type = "application/x-ndjson"


ENDINGS = {"text/csv": File.Kind.CSV, "application/x-ndjson": File.Kind.NDJSON}


class BatchSerializer(serializers.ModelSerializer[ImportBatch]):
    """A file on its way in. `counts` is filled when it was checked."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    state = serializers.CharField(source="status", read_only=True)
    refusal = serializers.CharField(source="refusal_text", read_only=True)
    notes = serializers.ListField(
        source="note_texts", child=serializers.CharField(), read_only=True
    )
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = ImportBatch
        fields = ["id", "state", "dry_run", "counts", "refusal", "notes", "created_at",
                  "finished_at"]  # fmt: skip
        read_only_fields = fields


class ProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    """One cell because of which a row was not applied."""

    problem = serializers.CharField(source="code", help_text="Code of the problem.")
    explanation = serializers.CharField(source="text")

    class Meta:
        model = ImportProblem
        fields = ["line", "column", "value", "problem", "explanation"]
        read_only_fields = fields


class _Batches(GenericAPIView[ImportBatch]):
    right = Right.OBSERVATIONS
    queryset = ImportBatch.objects.none()  # for the schema; rows come from get_queryset

    def batch(self, public_id: UUID) -> ImportBatch:
        visible = ImportBatch.objects.visible_to(self.request.actor)
        return get_object_or_404(visible.select_related("run"), public_id=public_id)


class ObservationPush(_Batches):
    """Takes a file of observations of the key's platform."""

    parser_classes = [CsvParser, NdjsonParser]
    serializer_class = BatchSerializer

    @extend_schema(
        operation_id="observations_push",
        summary="Push observations of followers",
        request={("text/csv"): str, ("application/x-ndjson"): str},
        responses={202: OpenApiResponse(BatchSerializer, description="Taken; not yet applied.")},
    )
    def post(self, request: Request) -> Response:
        kind = ENDINGS.get((request.content_type or "").partition(";")[0].strip())
        if kind is None:
            raise exceptions.UnsupportedMediaType(request.content_type or "")
        with tempfile.TemporaryFile() as body:
            _stream(request.data, body)
            upload = Content(body, name=f"push.{kind.value}")
            try:
                known = check_upload(upload)
            except UploadRefused as refused:
                raise exceptions.ValidationError({"body": [str(refused)]}) from refused
            kept = files.keep(
                upload, known.kind, name=known.name, checked=known.checked, by=request.actor
            )
        batch = imports.receive(kept, known.name, by=request.actor, source="api")
        where = reverse("influencers_api:observation_batch", args=[batch.public_id])
        return Response(
            BatchSerializer(batch).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": request.build_absolute_uri(where)},
        )


def _stream(source: Any, body: Any) -> None:
    """Copies the request's body; refuses what is too large as soon as that is certain."""
    length = 0
    # Where there is no body, the framework gives an empty dictionary.
    while hasattr(source, "read") and (chunk := source.read(1 << 20)):
        length += len(chunk)
        if length > settings.UPLOAD_MAX_BYTES:
            raise TooLarge
        body.write(chunk)
    body.flush()


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self) -> None:
        most = settings.UPLOAD_MAX_BYTES // 1_000_000
        super().__init__(_("A file may have at most %(most)d MB.") % {"most": most})


class ObservationBatch(_Batches):
    """What became of a file that was pushed."""

    serializer_class = BatchSerializer

    @extend_schema(operation_id="observations_batch", summary="State of a push")
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(BatchSerializer(self.batch(public_id)).data)


class ObservationProblems(_Batches, ListAPIView[ImportProblem]):  # type: ignore[misc]
    """The refused cells of a push, in the order of its lines."""

    serializer_class = ProblemSerializer  # type: ignore[assignment]
    keys = ("line", "pk")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ImportProblem.objects.none()
        return self.batch(self.kwargs["public_id"]).problems.all()

    @extend_schema(operation_id="observations_problems", summary="Refused cells of a push")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
