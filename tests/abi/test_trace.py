"""Traces and lineage of real runs against the public definitions of both: the protobufs and semantic conventions of
OpenTelemetry, the classes that OpenLineage generates from its JSON schemas. Nothing is accepted that these do not know.
"""

import base64
import copy
import typing
from enum import Enum

import attr
import pytest
from google.protobuf.json_format import ParseDict
from openlineage.client.generated import (base, error_message_run, job_type_job, nominal_time_run, parent_run,
                                          processing_engine_run)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from opentelemetry.semconv._incubating.attributes import cicd_attributes
from opentelemetry.semconv.attributes import error_attributes, exception_attributes, server_attributes, service_attributes

from built import Host
from test_schemas import CONDITION, checked, host, workspace  # noqa: F401

GROUP = {"name": "traced", "tasks": [
    {"task_key": "first", "condition_task": CONDITION},
    {"group": "outer", "depends_on": ["first"], "tasks": [
        {"group": "inner", "tasks": [{"task_key": "missing", "notebook_task": {"notebook_path": "/nobody/wrote/this"}}]},
        {"task_key": "behind", "depends_on": ["inner"], "condition_task": CONDITION}]}]}
CANARY = "dapi0123456789canary"
PARENT = {"run_id": "0190d6a0-1111-7abc-8def-0123456789ab", "namespace": "airflow", "name": "dag.task"}


@pytest.fixture(scope="module")
def repaired(host):  # noqa: F811
    """A run that failed, was repaired and failed again."""
    group = copy.deepcopy(GROUP)
    group["parameters"] = [{"name": "password", "default": "-"}]
    launched = checked(host, "group.run", {"group": group, "parameters": {"password": CANARY}})
    assert launched["state"]["verdict"] == "failed"
    handle = checked(host, "run.repair", {"handle": launched["handle"]})["handle"]
    state = checked(host, "run.watch", {"handle": handle})
    assert state["verdict"] == "failed" and len(state["repairs"]) == 1
    return handle


def names_of(*modules):
    return {value for module in modules for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}


# ---- OpenTelemetry

def exported(otlp):
    """OTLP/JSON has its ids in hex where protobuf's own JSON has base64; all else is protobuf's, unknown fields refused."""
    document = copy.deepcopy(otlp)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for holder in (span, *span.get("links", [])):
                    for name, size in (("traceId", 16), ("spanId", 8), ("parentSpanId", 8)):
                        if name in holder:
                            raw = bytes.fromhex(holder[name])
                            assert len(raw) == size and any(raw)
                            holder[name] = base64.b64encode(raw).decode()
    return ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=False)


def test_a_trace_is_what_a_collector_takes(host, repaired):  # noqa: F811
    request = exported(checked(host, "run.trace", {"handle": repaired})["otlp"])
    scope = request.resource_spans[0].scope_spans[0]
    assert scope.scope.name == "brickwork"
    spans = {span.name: span for span in scope.spans}
    by_id = {span.span_id: span for span in scope.spans}
    assert len(by_id) == len(scope.spans)
    roots = [span for span in scope.spans if not span.parent_span_id]
    assert [span.name for span in roots] == ["traced"]
    for span in scope.spans:
        assert span.end_time_unix_nano >= span.start_time_unix_nano > 1_000_000_000 * 1_000_000_000
        assert not span.parent_span_id or span.parent_span_id in by_id
        for link in span.links:
            assert link.span_id in by_id
    assert by_id[spans["outer/inner/missing"].parent_span_id] is spans["outer/inner"]
    assert by_id[spans["outer/inner"].parent_span_id] is spans["outer"]
    attempts = [span for span in scope.spans if by_id.get(span.parent_span_id) is spans["outer/inner/missing"]]
    assert [span.name for span in attempts] == ["attempt 1", "attempt 2"]
    assert all(span.status.code == Status.STATUS_CODE_ERROR for span in attempts)
    assert [event.name for event in attempts[1].events] == ["exception"]
    assert spans["first"].status.code == Status.STATUS_CODE_OK


def test_attributes_are_those_of_the_conventions_or_our_own(host, repaired):  # noqa: F811
    known = names_of(cicd_attributes, error_attributes, exception_attributes, server_attributes, service_attributes)
    results = {value.value for value in cicd_attributes.CicdPipelineTaskRunResultValues}
    request = exported(host.call("run.trace", {"handle": repaired})["otlp"])
    seen = set()
    resource = request.resource_spans[0]
    for holder in (resource.resource, *resource.scope_spans[0].spans,
                   *(event for span in resource.scope_spans[0].spans for event in span.events)):
        for attribute in holder.attributes:
            seen.add(attribute.key)
            assert attribute.key in known or attribute.key.startswith("databricks."), attribute.key
            if attribute.key.endswith(".result"):
                assert attribute.value.string_value in results
    assert len(seen & known) >= 10


# ---- OpenLineage

FACETS = {"parent": parent_run.ParentRunFacet, "nominalTime": nominal_time_run.NominalTimeRunFacet,
          "errorMessage": error_message_run.ErrorMessageRunFacet, "jobType": job_type_job.JobTypeJobFacet,
          "processing_engine": processing_engine_run.ProcessingEngineRunFacet}


def built(kind, document):
    """An object of a generated class, whose validators run; members that the class does not have are a fault."""
    if isinstance(kind, str) or typing.get_origin(kind) is not None or not attr.has(kind):
        return document
    hints = typing.get_type_hints(kind)
    members = {}
    fixed = {}
    for name, value in document.items():
        field = next((field for field in attr.fields(kind) if field.name == name), None)
        assert field is not None, f"{kind.__name__} has no member {name}"
        if name == "facets":
            value = {facet: built(FACETS[facet], body) for facet, body in value.items()}
        else:
            kinds = [part for part in (typing.get_args(hints[name]) or (hints[name],)) if part is not type(None)]
            part = kinds[0]
            if isinstance(part, type) and issubclass(part, Enum):
                value = part(value)
            elif isinstance(part, type) and attr.has(part):
                value = built(part, value)
            elif part is str:
                assert isinstance(value, str), name
        (members if field.init else fixed)[field.alias if field.init else name] = value
    made = kind(**members)
    for name, value in fixed.items():  # which version of the schema this is
        assert getattr(made, name) == value, name
    return made


def lineage(host, handle, **members):  # noqa: F811
    answer = checked(host, "run.trace", {"handle": handle, "format": "openlineage", **members})
    return [built(base.RunEvent, event) for event in answer["openlineage"]]


def test_lineage_events_are_those_of_the_published_model(host, repaired):  # noqa: F811
    events = lineage(host, repaired, lineage={"parent": PARENT, "nominal_start_time_ms": 1_763_740_800_000})
    kinds = {}
    for event in events:
        kinds.setdefault((event.job.name, event.run.runId), []).append(event.eventType.value)
    assert all(len(found) == 2 and found[0] == "START" for found in kinds.values())
    ends = sorted((name, found[1]) for (name, _), found in kinds.items())
    assert ends == [("traced", "FAIL"), ("traced.first", "COMPLETE"), ("traced.outer.inner.missing", "FAIL"),
                    ("traced.outer.inner.missing", "FAIL")]
    assert events[0].run.facets["parent"].run.runId == PARENT["run_id"]
    assert events[0].run.facets["nominalTime"].nominalStartTime == "2025-11-21T16:00:00.000Z"
    task = next(event for event in events if event.job.name == "traced.first")
    assert task.run.facets["parent"].run.runId == events[0].run.runId
    assert task.run.facets["parent"].root.run.runId == PARENT["run_id"]
    failed = [event for event in events if event.eventType is base.EventType.FAIL and "missing" in event.job.name]
    assert all(event.run.facets["errorMessage"].message for event in failed)


def test_no_secret_gets_into_a_trace_or_lineage(workspace, host, repaired):  # noqa: F811
    shown = str([host.call("run.trace", {"handle": repaired, "format": kind}) for kind in ("otlp", "openlineage")])
    assert len(shown) > 5_000
    assert CANARY not in shown
    assert workspace.token not in shown


def test_a_known_id_is_enough(workspace, repaired):  # noqa: F811
    other = Host(connection={"host": workspace.url, "environment": False}, token=workspace.token)
    try:
        by_id = other.call("run.trace", {"run_id": repaired["run_id_str"]})["otlp"]
        by_handle = other.call("run.trace", {"handle": repaired})["otlp"]
    finally:
        other.close()
    ids = [{span["spanId"] for span in trace["resourceSpans"][0]["scopeSpans"][0]["spans"]} for trace in (by_id, by_handle)]
    assert ids[0] < ids[1]  # an id alone does not know the groups
