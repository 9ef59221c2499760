"""Documents as dataclasses: what is unknown is kept, what is secret is refused, what is shown is safe."""

import dataclasses
import html.parser
import json
import pickle

import pytest

from brickwork import BrickworkError, Connection, Handle, State, Status
from brickwork.documents import Group, GroupTask, NestedGroup

EVIL = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>&'
STATE = {
    "verdict": "failed", "something_later": {"x": [1]},
    "run": {"run_id": 2**63 - 1, "run_id_str": str(2**63 - 1), "life_cycle_state": "TERMINATED", "name": "daily",
            "run_page_url": "https://h/jobs/1/runs/2?o=3&x=y", "run_duration_ms": 3_725_000, "later": 1},
    "tasks": [
        {"path": "a", "task_key": "a", "verdict": "succeeded", "life_cycle_state": "TERMINATED", "start_time_ms": 1_700_000_000_000,
         "end_time_ms": 1_700_000_013_900, "url": "https://h/a", "attempts": [{"run_id": 5, "later": True}]},
        {"path": "inner/b", "task_key": "inner__b", "verdict": "failed", "life_cycle_state": "INTERNAL_ERROR",
         "attempt_number": 1, "error": "ValueError: no\nsecond line", "repairing": True}],
    "groups": [{"path": "inner", "verdict": "failed", "tasks_total": 1, "tasks_done": 1}],
    "repairs": []}


def test_a_document_is_read_and_written_without_loss():
    state = State.of(STATE)
    assert state.document() == STATE
    assert json.loads(state.json()) == STATE
    assert State.of(state.json()) == state
    assert state.run.run_id == 2**63 - 1
    assert state.tasks[0].attempts[0].raw["later"] is True
    assert state.raw["something_later"] == {"x": [1]}


def test_a_changed_copy_keeps_what_it_does_not_know():
    state = dataclasses.replace(State.of(STATE), verdict="succeeded", stale_since_ms=7)
    assert state.document() == STATE | {"verdict": "succeeded", "stale_since_ms": 7}
    task = dataclasses.replace(state.tasks[1], error=None)
    assert "error" not in task.document()


def test_documents_are_immutable_and_small():
    state = State.of(STATE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.verdict = "succeeded"
    assert not hasattr(state, "__dict__")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_documents_are_pickled(protocol):
    for document in (State.of(STATE), Handle(host="https://x", run_id=7), Connection(host="https://x", poll_ms=5)):
        again = pickle.loads(pickle.dumps(document, protocol))
        assert again == document
        assert again.document() == document.document()


@pytest.mark.parametrize(("kind", "document", "says"), [
    (State, {}, "lacks 'verdict'"), (State, {**STATE, "tasks": 7}, "wrong type"),
    (Handle, "[]", "wrong type"), (Handle, "7", "type"), (Handle, "nonsense{", "type"),
    (State, {**STATE, "run": None}, "wrong type")])
def test_what_is_no_such_document_is_an_error(kind, document, says):
    with pytest.raises(BrickworkError, match=says) as raised:
        kind.of(document)
    assert raised.value.status is Status.INVALID_ARGUMENT
    assert "nonsense" not in str(raised.value)


def test_groups_hold_tasks_and_groups():
    document = {"name": "g", "tasks": [{"task_key": "a", "depends_on": ["b", {"task_key": "c"}], "sql_task": {"x": 1}},
                                       {"group": "inner", "tasks": [{"group": "deep", "tasks": []}]}], "git_source": {}}
    group = Group.of(document)
    assert isinstance(group.tasks[0], GroupTask)
    assert isinstance(group.tasks[1], NestedGroup)
    assert isinstance(group.tasks[1].tasks[0], NestedGroup)
    assert group.tasks[0].depends_on[1].task_key == "c"
    assert group.document() == document


def test_a_task_is_found_by_its_path():
    state = State.of(STATE)
    assert state.task("inner/b").error.startswith("ValueError")
    with pytest.raises(KeyError, match="inner/b"):
        state.task("b")
    handle = Handle.of({"host": "h", "run_id": 1, "tasks": [{"path": "inner/b", "task_key": "inner__b"}]})
    assert handle.task_key("inner/b") == "inner__b"


def test_errors_are_pickled_with_all_they_say():
    document = {"code": 3, "status": "INVALID_ARGUMENT", "message": "no", "pointer": "/a", "attempts": 2, "retryable": True,
                "retry_after_ms": 5, "sent": "unknown", "later": 1,
                "findings": [{"severity": "error", "pointer": "/x", "rule": "r", "message": "m", "fix": "f"}]}
    error = pickle.loads(pickle.dumps(BrickworkError(3, document)))
    assert error.raw == document
    assert (error.status, error.sent, error.retry_after_ms) == (Status.INVALID_ARGUMENT, "unknown", 5)
    assert str(error) == "INVALID_ARGUMENT: no\n  error at /x: m [r]; f"


@pytest.mark.parametrize(("code", "status"), [(5, "NOT_FOUND"), (65, "FORKED"), (40, "INTERNAL"), (99, "INTERNAL")])
def test_a_status_of_a_later_library_has_a_meaning(code, status):
    error = BrickworkError(code, {})
    assert error.status.name == status
    assert error.code == code


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text, self.links = [], "", []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name == "href"]
        assert not [name for name, _ in attributes if name.startswith("on") or name == "src"]

    def handle_data(self, data):
        self.text += data + " "


def parsed(document):
    tags = Tags()
    tags.feed(State.of(document)._repr_html_())
    return tags


def test_a_run_is_shown_as_a_tree_with_states_and_times():
    shown = parsed(STATE)
    text = " ".join(shown.text.split())
    for words in ("daily", "✗ failed", "✓ succeeded", "13.9 s", "1 h 02 min", "2023-11-14 22:13:20 UTC", "1 of 1 tasks",
                  "attempt 2: ValueError: no", "(repairing)"):
        assert words in text
    assert shown.links == ["https://h/jobs/1/runs/2?o=3&x=y", "https://h/a"]
    assert shown.tags.count("tr") == 4  # head, a, inner, b


def test_nothing_of_a_run_becomes_markup():
    evil = json.loads(json.dumps(STATE))
    evil["verdict"] = evil["run"]["name"] = EVIL
    evil["run"]["run_page_url"] = "javascript:alert(1)"
    evil["groups"] = [{"path": EVIL, "verdict": EVIL, "tasks_total": 1, "tasks_done": 1}]
    for task in evil["tasks"]:
        task |= {"path": EVIL + "/" + EVIL, "verdict": EVIL, "error": EVIL, "url": 'https://h/"onmouseover="alert(1)'}
    shown = parsed(evil)
    assert set(shown.tags) <= {"div", "p", "span", "table", "thead", "tbody", "tr", "th", "td", "a", "b"}
    assert all(link.startswith("https://") for link in shown.links)
    assert "<script>alert(1)</script>" in shown.text


def test_impossible_times_are_shown_and_raise_nothing():
    odd = json.loads(json.dumps(STATE))
    odd["tasks"][0] |= {"start_time_ms": 10**30, "end_time_ms": 10**30}
    assert str(10**30) in parsed(odd).text
