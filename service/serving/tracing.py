"""Where spans go: to the collector that OpenTelemetry's own variables name (OTEL_EXPORTER_OTLP_ENDPOINT and others)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from service.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer


class TracingMissing(Exception):
    """Traces are asked for, and what makes them is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "CARE_TIMELINE_TRACES is on, and OpenTelemetry is not installed: pip install 'care-timeline[telemetry]'."
        )


class Traces:
    """The spans of this process, sent in batches by a thread of their own."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider

    @classmethod
    def of(cls, settings: Settings) -> "Traces | None":
        """None where the settings ask for none. Raises TracingMissing."""
        if not settings.traces:
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise TracingMissing from None
        # What its variables say comes before our name; nothing is told of the machine.
        resource = Resource({SERVICE_NAME: "care-timeline"}).merge(OTELResourceDetector().detect())
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    @property
    def tracer(self) -> "Tracer":
        """What makes spans."""
        return self._provider.get_tracer("care_timeline")

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send what is left when the context ends."""
        try:
            yield
        finally:
            await asyncio.to_thread(self._provider.shutdown)
