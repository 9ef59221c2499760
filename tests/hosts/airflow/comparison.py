"""Two jobs field by field, and where they differ first."""


def sets_of_upstreams(settings):
    """The provider writes depends_on in the order of a Python set."""
    for task in settings["tasks"]:
        keys = [one["task_key"] for one in task["depends_on"]]
        assert len(keys) == len(set(keys)), f"twice the same upstream: {task}"
        task["depends_on"] = [{"task_key": key} for key in sorted(keys)]
    return settings


def first_difference(ours, theirs, pointer=""):
    """A sentence, or None; 1, 1.0 and True are three things."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in [*theirs, *ours]:
            if name not in ours or name not in theirs:
                return f"{pointer}/{name}: only {'the second' if name in theirs else 'the first'} has it"
            if found := first_difference(ours[name], theirs[name], f"{pointer}/{name}"):
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs))
        return next((found for i, (one, other) in pairs if (found := first_difference(one, other, f"{pointer}/{i}"))), None)
    same = type(ours) is type(theirs) and ours == theirs
    return None if same else f"{pointer}: first {ours!r}, second {theirs!r}"
