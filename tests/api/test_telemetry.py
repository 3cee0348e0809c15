"""Traces and metrics: methods, templates of routes and statuses, and nothing about anybody."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider
from prometheus_client import CollectorRegistry, generate_latest

from service.api.app import create_app
from service.bootstrap import System
from service.serving.metrics import Metrics
from service.serving.tracing import Traces, TracingMissing
from service.settings import Settings
from tests.api.clinic import REGISTERED, Clinic, events_of, recording

WORDS = "Wednesday at the harbour"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": f"vendor={WORDS}", "baggage": f"said={WORDS}"}


@dataclass(frozen=True)
class Observed:
    """A clinic of an application that is traced and counted."""

    clinic: Clinic
    exporter: InMemorySpanExporter
    metrics: Metrics
    registry: CollectorRegistry


@pytest.fixture
async def observed(system: System, clinic: Clinic) -> AsyncIterator[Observed]:
    """Such an application."""
    exporter, provider, registry = InMemorySpanExporter(), TracerProvider(), CollectorRegistry()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    metrics = Metrics(registry)
    app = create_app(lambda: nullcontext(system), count=metrics.request, tracer=provider.get_tracer("tests"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://care-timeline.test") as http,
    ):
        yield Observed(Clinic(http, system, clinic.organization_id, clinic.key), exporter, metrics, registry)


async def test_a_span_and_a_count_for_each_request_by_its_route(observed: Observed) -> None:
    clinic = observed.clinic
    client = await clinic.client()
    await clinic.get(events_of(client), headers=PARENT, known_at="2020-01-01T00:00:00Z")
    await clinic.get(f"/v1/clients/{WORDS}/events")
    await clinic.request("HEAD", f"/v1/clients/{client}/care-plan")
    await clinic.http.request("HARBOUR", f"/{WORDS}")
    await observed.metrics.look(clinic.system)

    spans = observed.exporter.get_finished_spans()
    told = [(each.name, dict(each.attributes or {})) for each in spans]
    events = "/v1/clients/{client_id}/events"
    assert told[0] == (
        "POST /v1/clients",
        {"http.request.method": "POST", "http.route": "/v1/clients", "http.response.status_code": 201},
    )
    assert [said["http.response.status_code"] for _, said in told] == [201, 200, 422, 200, 404]
    assert [name for name, _ in told[1:]] == [
        f"GET {events}", f"GET {events}", "HEAD /v1/clients/{client_id}/care-plan", "_OTHER",
    ]  # fmt: skip
    assert f"{spans[1].context.trace_id:032x}" == TRACE
    scraped = generate_latest(observed.registry).decode()
    for line in (
        'care_timeline_request_seconds_count{method="POST",route="/v1/clients",status="201"} 1.0',
        f'care_timeline_request_seconds_count{{method="GET",route="{events}",status="422"}} 1.0',
        'care_timeline_request_seconds_count{method="_OTHER",route="",status="404"} 1.0',
        'care_timeline_projection_parked_clients{projection="care_plan"} 0.0',
    ):
        assert line in scraped
    assert 'care_timeline_pool_connections{pool="reading",state="used"}' in scraped
    everything = scraped + json.dumps([json.loads(each.to_json()) for each in spans])
    for kept in (WORDS, "HARBOUR", client, str(clinic.organization_id), clinic.key, "known_at"):
        assert kept not in everything


async def test_what_fails_is_a_span_that_failed_and_says_nothing(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr(type(observed.clinic.system.recorder), "record", fail)

    answer = await observed.clinic.record(str(uuid4()), recording(REGISTERED))

    (span,) = observed.exporter.get_finished_spans()
    assert answer.status_code == 500
    assert not span.events
    assert WORDS not in span.to_json()
    counted = 'status="500"} 1.0'
    assert counted in generate_latest(observed.registry).decode()


async def test_traces_are_sent_under_our_name_and_tell_nothing_of_the_machine() -> None:
    traces = Traces.of(Settings(traces=True))

    assert traces
    async with traces.sending():
        span = traces.tracer.start_span("one")
    assert isinstance(span, ReadableSpan)
    assert dict(span.resource.attributes) == {"service.name": "care-timeline"}
    assert Traces.of(Settings()) is None


def test_where_a_collector_is_named_alone_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

    assert Traces.of(Settings()) is None
    assert isinstance(get_tracer_provider(), ProxyTracerProvider), "somebody else's spans would be sent"


def test_what_is_missing_for_traces_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(TracingMissing, match=r"care-timeline\[telemetry\]"):
        Traces.of(Settings(traces=True))
