"""Task groups as both sides understand them, and the document that says one of them in group/1.

A group is a dictionary: `dag_id`, `outer` (ids of plain groups around it), `id`, `prefix`, `arguments` of the provider's
DatabricksWorkflowTaskGroup, `nodes`, `edges` between paths of nodes, and `outside` with its edges. A node is a task
({"id", "operator", "arguments"}) or a group ({"group", "prefix", "nodes"}).
"""


def group_id(spec):
    """Airflow's full id of the workflow group."""
    return ".".join([*spec.get("outer", []), spec["id"]])


def document(spec, task_keys="md5", dialect=True):
    """What a host writes for that group. Where group/1 has a word for an argument, it is that word."""
    arguments = dict(spec["arguments"])
    root = {"schema": "group/1"}
    if dialect:
        root["dialect"] = "airflow"
    root |= {"task_keys": task_keys, "dag_id": spec["dag_id"], "group_id": group_id(spec)}
    if not spec.get("prefix", True):
        root["prefix_keys"] = False
    defaults = {}
    if "notebook_params" in arguments:
        defaults["notebook_params"] = arguments.pop("notebook_params")
    if "notebook_packages" in arguments:
        defaults["libraries"] = arguments.pop("notebook_packages")
    if defaults:
        root["defaults"] = defaults
    upstreams = {}
    for upstream, downstream in spec["edges"]:
        upstreams.setdefault(tuple(downstream), []).append(tuple(upstream))
    return root | arguments | {"tasks": [entry(node, (), upstreams) for node in spec["nodes"]]}


def entry(node, path, upstreams):
    here = (*path, node.get("id") or node["group"])
    if "group" in node:
        written = {"group": node["group"]} | ({} if node.get("prefix", True) else {"prefix_keys": False})
        written["tasks"] = [entry(inner, here, upstreams) for inner in node["nodes"]]
    else:
        written = {"task_key": node["id"]} | operator(node["operator"], dict(node["arguments"]))
    if here in upstreams:
        # A sibling by its name alone, anything else from the outermost group on.
        written["depends_on"] = [one[-1] if one[:-1] == path else "/" + "/".join(one) for one in upstreams[here]]
    return written


def operator(kind, arguments):
    if kind == "task":
        return arguments
    notebook = {"notebook_path": arguments.pop("notebook_path"), "source": arguments.pop("source")}
    if "notebook_params" in arguments:
        notebook["base_parameters"] = arguments.pop("notebook_params")
    if "notebook_packages" in arguments:
        arguments["libraries"] = arguments.pop("notebook_packages")
    return {"notebook_task": notebook} | arguments
