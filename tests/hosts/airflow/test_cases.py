"""Known cases: what is expected, what the provider answers and what this library answers are one and the same."""

import pytest
from built import Failure
from cases import CASES
from comparison import first_difference, sets_of_upstreams
from groups import document


@pytest.fixture(scope="module")
def answers(stock):
    return dict(zip(CASES, stock([spec for spec, _ in CASES.values()])))


@pytest.mark.parametrize("name", CASES)
def test_case(name, library, answers):
    spec, expected = CASES[name]
    request = {"group": document(spec)}
    if isinstance(expected, str):
        assert answers[name]["error"].startswith("ValueError")
        with pytest.raises(Failure) as refusal:
            library.call("group.compile", request)
        assert [one["rule"] for one in refusal.value.document["findings"] if one["severity"] == "error"] == [expected]
        return
    expected = sets_of_upstreams(expected)
    assert first_difference(sets_of_upstreams(answers[name]["settings"]), expected) is None
    assert first_difference(sets_of_upstreams(library.call("group.compile", request)["settings"]), expected) is None


def test_21_what_a_run_is_given(library):
    spec, _ = CASES["1 one notebook"]
    assert library.call("group.compile", {"group": document(spec)})["run_now"] == {
        "jar_params": [], "notebook_params": {}, "python_params": [], "spark_submit_params": []}
