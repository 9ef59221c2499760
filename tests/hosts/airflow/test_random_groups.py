"""The Airflow dialect against the stock provider: the same random task groups, field by field.

A difference is a failure, unless the group holds one of TROUBLES: what Databricks is sure to refuse is found before
anything is sent, where the provider sends it.
"""

import json

import pytest
from built import Failure
from comparison import first_difference, sets_of_upstreams
from groups import document
from random_groups import TROUBLES, random_group

COUNT = 400


def renamed(settings, keys):
    for task in settings["tasks"]:
        task["task_key"] = keys[task["task_key"]]
        task["depends_on"] = sorted(({"task_key": keys[one["task_key"]]} for one in task["depends_on"]), key=str)
    return settings


def compiled(library, spec, task_keys, as_parity=False):
    request = {"group": document(spec, task_keys, dialect=not as_parity)} | ({"parity": "airflow"} if as_parity else {})
    try:
        return library.call("group.compile", request), []
    except Failure as failure:
        errors = [one for one in failure.document["findings"] if one["severity"] == "error"]
        return None, errors


@pytest.fixture(scope="module")
def pairs(stock):
    specs = [random_group(seed) for seed in range(COUNT)]
    return list(zip(range(COUNT), specs, stock(specs)))


def test_every_group_compiles_to_what_the_provider_sends(library, pairs):
    differences, compared, tasks = [], 0, 0
    for seed, spec, theirs in pairs:
        if spec["trouble"]:
            continue
        answer, errors = compiled(library, spec, "md5", as_parity=seed % 5 == 0)
        if answer is None or "error" in theirs:
            differences.append(f"group {seed}: {errors or 'compiled'} here, {theirs.get('error', 'sent')} at the provider")
            continue
        found = first_difference(sets_of_upstreams(answer["settings"]), sets_of_upstreams(theirs["settings"]))
        if found:
            differences.append(f"group {seed}: {found}")
        compared += 1
        tasks += len(answer["tasks"])
    assert not differences, "\n".join(differences)
    assert compared >= 300, "too few groups to say anything"
    print(f"{compared} groups with {tasks} tasks")


def test_readable_keys_change_nothing_but_the_keys(library, pairs):
    for seed, spec, theirs in pairs:
        extra = spec["arguments"].get("extra_job_params", {})
        if spec["trouble"] or "tasks" in extra or '"depends_on": [{' in json.dumps(spec["nodes"]):  # keys of their own
            continue
        md5, _ = compiled(library, spec, "md5")
        path, errors = compiled(library, spec, "path")
        assert path is not None, (seed, errors)
        keys = {one["task_key"]: other["task_key"] for one, other in zip(path["tasks"], md5["tasks"])}
        assert [one["path"] for one in path["tasks"]] == [one["path"] for one in md5["tasks"]]
        ours = renamed(sets_of_upstreams(path["settings"]), keys)
        assert first_difference(ours, sets_of_upstreams(md5["settings"])) is None, seed


def test_what_databricks_refuses_is_found_before_it_is_sent(library, pairs):
    seen = set()
    for seed, spec, theirs in pairs:
        if not spec["trouble"]:
            continue
        rule, provider = TROUBLES[spec["trouble"]]
        answer, errors = compiled(library, spec, "md5")
        assert answer is None, (seed, spec["trouble"])
        assert {one["rule"] for one in errors} == {rule}, (seed, spec["trouble"], errors)
        assert ("error" in theirs) == (provider == "refuses"), (seed, spec["trouble"], theirs.get("error"))
        seen.add(spec["trouble"])
    assert seen == set(TROUBLES)


def test_what_the_provider_hands_to_run_now(library, pairs):
    for _, spec, _ in pairs:
        if spec["trouble"]:
            continue
        arguments = spec["arguments"]
        answer, _ = compiled(library, spec, "md5")
        assert answer["run_now"] == {name: arguments.get(name, empty) for name, empty in
                                     [("jar_params", []), ("notebook_params", {}), ("python_params", []),
                                      ("spark_submit_params", [])]}
