"""Random task groups with everything that the provider knows, the same ones for the same seed."""

import hashlib
import random

TRIGGER_RULES = ["all_success", "all_failed", "all_done", "all_done_min_one_success", "one_success", "one_failed",
                 "one_done", "none_failed", "none_skipped", "always", "none_failed_min_one_success", "all_skipped"]
RUN_IF = ["ALL_SUCCESS", "AT_LEAST_ONE_SUCCESS", "NONE_FAILED", "ALL_DONE", "AT_LEAST_ONE_FAILED", "ALL_FAILED"]
NAMES = ["load", "prüfe_daten", "加载", "load.v2", "a-b", "x.y.z", "Übung", "T", "données.été", "check_rows"]
GROUP_NAMES = ["checks", "región", "分区", "sub-group", "g"]
PACKAGES = [{"pypi": {"package": "pandas"}}, {"pypi": {"package": "pandas==2.3.3"}}, {"whl": "/Shared/w.whl"},
            {"pypi": {"package": "x", "repo": "https://pypi.example"}}, {"maven": {"coordinates": "a:b:1"}},
            {"pypi": {"package": "x"}}]
CLUSTER = {"spark_version": "16.4.x-scala2.12", "node_type_id": "Standard_D3_v2", "num_workers": 1}

# What can be wrong with one task, the rule that finds it here, and whether the provider sends it all the same.
TROUBLES = {
    "two_clusters": ("two_computes", "refuses"),
    "no_time": ("out_of_range", "refuses"),
    "bad_key": ("bad_task_key", "sends"),
    "same_key": ("duplicate_task_key", "sends"),
    "unknown_cluster": ("unknown_job_cluster_key", "sends"),
    "cluster_twice": ("two_computes", "sends"),
    "unknown_upstream": ("unknown_dependency", "sends"),
    "git_without_source": ("no_git_source", "sends"),
}


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.tasks = []  # (path, node) in the order of the text
        self.has_git = False
        self.clusters = []

    def maybe(self, probability):
        return self.random.random() < probability

    def some(self, values, most):
        return self.random.sample(values, self.random.randint(0, min(most, len(values))))

    def name(self, names):
        self.count += 1
        return f"{self.random.choice(names)}_{self.count}"

    def parameters(self):
        values = ["1", "zwei", "{{ ds }}", "{{job.id}}", "", "ü\"\\\n", 7, True]
        return {name: self.random.choice(values) for name in self.some(["p", "q", "r", "year", "größe", "a.b"], 4)}

    def libraries(self):
        return self.some(PACKAGES, 3) + ([PACKAGES[0]] if self.maybe(0.1) else [])

    def config(self):
        r = self.random
        config = r.choice([
            lambda: {"sql_task": {"warehouse_id": "w", "query": {"query_id": "q"}, "parameters": {"a": "1"}}},
            lambda: {"spark_python_task": {"python_file": "/Shared/ü.py", "parameters": ["--day", "{{ ds }}"]}},
            lambda: {"python_wheel_task": {"package_name": "p", "entry_point": "main", "named_parameters": {"a": "b"}}},
            lambda: {"notebook_task": {"notebook_path": "/Shared/n", "base_parameters": {"p": "own"}}},
            lambda: {"dbt_task": {"commands": ["dbt deps", "dbt run"], "warehouse_id": "w"}},
            lambda: {"pipeline_task": {"pipeline_id": "1", "full_refresh": True}},
            lambda: {"run_job_task": {"job_id": r.randint(1, 2**50), "job_parameters": {"a": "b"}}},
            lambda: {"spark_jar_task": {"main_class_name": "a.B", "parameters": ["1"]}},
            lambda: {"spark_submit_task": {"parameters": ["--class", "a.B", "dbfs:/x.jar"]}},
            lambda: {"condition_task": {"op": "EQUAL_TO", "left": "{{job.run_id}}", "right": "1"}},
            lambda: {"quantum_task": {"qubits": [1, 2.5, None, {"deep": [{}]}]}},
        ])()
        kind = next(iter(config))
        if kind in ("spark_python_task", "spark_jar_task", "quantum_task"):
            if self.maybe(0.3):
                config["libraries"] = self.libraries()
            if self.maybe(0.3):
                config["new_cluster"] = CLUSTER | {"custom_tags": {"a": "b"}}
        if kind == "spark_submit_task":
            config["new_cluster"] = CLUSTER
        if kind != "condition_task":
            if self.maybe(0.2):
                config["max_retries"] = r.randint(0, 5)
            if self.maybe(0.2):
                config["timeout_seconds"] = r.randint(0, 9999)
            if self.maybe(0.1):
                config["retry_on_timeout"] = self.maybe(0.5)
        for probability, member, value in [
                (0.2, "run_if", r.choice(RUN_IF)), (0.2, "description", "wörtlich: {{ ds }}"),
                (0.1, "email_notifications", {"on_failure": ["a@example.com"]}), (0.1, "disabled", False),
                (0.1, "task_key", "zzz"), (0.1, "health", {"rules": [{"metric": "RUN_DURATION_SECONDS",
                                                                    "op": "GREATER_THAN", "value": 10}]}),
                (0.1, "something_new", {"a": [1, None, {"b": {}}]}), (0.05, "depends_on", [])]:
            if self.maybe(probability):
                config[member] = value
        return config

    def arguments(self, kind, config):
        r = self.random
        arguments = {}
        if self.maybe(0.4):
            arguments["trigger_rule"] = r.choice(TRIGGER_RULES)
        if self.maybe(0.15):
            arguments["databricks_task_key"] = r.choice([f"key-{self.count}", f"K_{self.count}", "x" * 101, "",
                                                         "é" * 101, f"{self.count}".rjust(100, "y")])
        takes_cluster = kind == "notebook" or (
            "new_cluster" not in config
            and any(one in config for one in ("spark_python_task", "python_wheel_task", "notebook_task", "spark_jar_task")))
        if takes_cluster:
            choice = r.randint(0, 4)
            if choice == 0 and self.clusters:
                arguments["job_cluster_key"] = r.choice(self.clusters)
            elif choice == 1:
                arguments["existing_cluster_id"] = f"0101-{self.count}"
            elif choice == 2:
                arguments |= {"existing_cluster_id": "", "job_cluster_key": ""}
            elif choice == 3 and kind == "notebook":
                arguments["new_cluster"] = CLUSTER
        if "condition_task" not in config:
            if self.maybe(0.15):
                arguments["max_retries"] = r.choice([-1, 0, 3, "2"])
            if self.maybe(0.1):
                arguments["min_retry_interval_millis"] = r.choice([0, 1000, "250"])
            if self.maybe(0.1):
                arguments["retry_on_timeout"] = r.choice([True, False, "true", "no", " Yes "])
        if self.maybe(0.15):
            arguments["execution_timeout"] = r.choice([1, 1.9, 90, 3600.25, 86400])
        return arguments

    def task(self, path):
        r = self.random
        identity = self.name(NAMES)
        if self.maybe(0.65):
            node = {"id": identity, "operator": "notebook", "arguments": self.arguments("notebook", {})}
            node["arguments"] |= {"notebook_path": r.choice(["/Shared/a", "/Users/ü@x/nötebook", "rel/ative"]),
                                  "source": "GIT" if self.has_git and self.maybe(0.3) else "WORKSPACE"}
            if self.maybe(0.5):
                node["arguments"]["notebook_params"] = self.parameters()
            if self.maybe(0.4):
                node["arguments"]["notebook_packages"] = self.libraries()
        else:
            config = self.config()
            node = {"id": identity, "operator": "task", "arguments": self.arguments("task", config)}
            node["arguments"]["task_config"] = config
        self.tasks.append(((*path, identity), node))
        return node

    def nodes(self, path, size):
        made = []
        while size > 0:
            if len(path) < 4 and self.maybe(0.15):
                inner = self.random.randint(0, size)
                name = self.name(GROUP_NAMES)
                made.append({"group": name, "prefix": not self.maybe(0.15), "nodes": self.nodes((*path, name), inner)})
                size -= inner
            else:
                made.append(self.task(path))
                size -= 1
        return made

    def edges(self, nodes, path=()):
        """Between tasks in an order of its own, or between neighbours that may be groups, in the order of the text."""
        r = self.random
        found = []
        if not path and self.maybe(0.5):
            order = [one for one, _ in self.tasks]
            r.shuffle(order)
            for i in range(1, len(order)):
                found += [[list(one), list(order[i])] for one in r.sample(order[:i], min(i, r.randint(0, 4)))]
            return found
        names = [(*path, node.get("id") or node["group"]) for node in nodes]
        # An empty group passes on what it waits for, in Airflow by the order in which edges are drawn: none here.
        names = [name for name, node in zip(names, nodes) if node.get("nodes", True)]
        for i in range(1, len(names)):
            found += [[list(one), list(names[i])] for one in r.sample(names[:i], min(i, r.randint(0, 4)))]
        for node in nodes:
            if "group" in node:
                found += self.edges(node["nodes"], (*path, node["group"]))
        return found

    def group_arguments(self):
        r = self.random
        arguments = {}
        self.clusters = [f"cluster_{i}" for i in range(r.randint(0, 3))]
        if self.clusters or self.maybe(0.3):
            arguments["job_clusters"] = [{"job_cluster_key": key, "new_cluster": CLUSTER} for key in self.clusters]
        if self.maybe(0.6):
            arguments["notebook_params"] = self.parameters()
        if self.maybe(0.5):
            arguments["notebook_packages"] = self.libraries()
        if self.maybe(0.4):
            arguments["access_control_list"] = r.choice([None, [], [{"user_name": "u", "permission_level": "CAN_VIEW"}]])
        if self.maybe(0.4):
            arguments["max_concurrent_runs"] = r.randint(1, 9)
        for name in ("jar_params", "python_params", "spark_submit_params"):
            if self.maybe(0.2):
                arguments[name] = ["1", "zwei"]
        if self.maybe(0.1):
            arguments["existing_clusters"] = ["0101-x"]
        extra = {}
        for probability, member, value in [
                (0.2, "timeout_seconds", 60), (0.2, "email_notifications", {"on_failure": ["m@x"]}),
                (0.1, "email_notifications", {"no_alert_for_skipped_runs": True}), (0.2, "queue", {"enabled": True}),
                (0.2, "tags", {"t": "1", "ü": ""}), (0.1, "name", "ünders"), (0.1, "max_concurrent_runs", 4),
                (0.1, "description", "beschrieben"), (0.1, "schedule", {"quartz_cron_expression": "0 0 0 * * ?",
                                                                    "timezone_id": "UTC", "pause_status": "PAUSED"}),
                (0.15, "git_source", {"git_url": "https://git.example/x", "git_provider": "gitHub", "git_branch": "main"}),
                (0.05, "access_control_list", [{"group_name": "g", "permission_level": "CAN_MANAGE"}]),
                (0.05, "email_notifications", None), (0.05, "tasks", [])]:
            if self.maybe(probability):
                extra[member] = value
        self.has_git = "git_source" in extra
        if extra or self.maybe(0.2):
            arguments["extra_job_params"] = extra
        return arguments

    def trouble(self, spec):
        """Does one thing to one notebook that must not go through; None where the group has no place for it."""
        notebooks = [node["arguments"] for _, node in self.tasks if node["operator"] == "notebook"]
        configs = [node["arguments"] for _, node in self.tasks
                   if node["operator"] == "task" and "spark_python_task" in node["arguments"]["task_config"]]
        kind = self.random.choice(list(TROUBLES))
        target = self.random.choice(notebooks) if notebooks else None
        if kind in ("cluster_twice", "unknown_upstream"):
            target = self.random.choice(configs) if configs else None
        if target is None or (kind == "git_without_source" and self.has_git):
            return None
        if kind == "two_clusters":
            target |= {"existing_cluster_id": "e", "job_cluster_key": self.clusters[0] if self.clusters else "k"}
            if not self.clusters:
                spec["arguments"]["job_clusters"] = [{"job_cluster_key": "k", "new_cluster": CLUSTER}]
        elif kind == "no_time":
            target["execution_timeout"] = self.random.choice([0, 0.9])
        elif kind == "bad_key":
            target["databricks_task_key"] = self.random.choice(["a.b", "schlüssel", "a b"])
        elif kind == "same_key":
            if len(notebooks) < 2:
                return None
            for one in self.random.sample(notebooks, 2):
                one["databricks_task_key"] = "twice"
        elif kind == "unknown_cluster":
            target["job_cluster_key"] = "nowhere"
            target.pop("existing_cluster_id", None)
        elif kind == "cluster_twice":
            target["task_config"] |= {"new_cluster": CLUSTER}
            target |= {"existing_cluster_id": "e", "job_cluster_key": ""}
        elif kind == "unknown_upstream":
            target["task_config"]["depends_on"] = [{"task_key": "nobody"}]
        elif kind == "git_without_source":
            target["source"] = "GIT"
        return kind

    def config_upstreams(self, spec):
        """A task_config that names its own upstreams, by the keys that the provider makes."""
        first, node = self.tasks[0]
        key = node["arguments"].get("databricks_task_key", "")
        if not 0 < len(key) <= 100:
            parts = [spec["id"], *first]
            groups = [spec] + self.groups_on(spec["nodes"], first)
            if not groups[-1].get("prefix", True):
                parts = first[-1:]
            else:
                for i in range(len(groups) - 1, 0, -1):
                    if not groups[i - 1].get("prefix", True):
                        parts = [groups[i]["group"], *first[i:]]
                        break
                else:
                    parts = [*spec["outer"], *parts]
            key = hashlib.md5(f"{spec['dag_id']}__{'.'.join(parts)}".encode()).hexdigest()
        for path, node in self.tasks[1:]:
            if node["operator"] == "task" and [list(path), list(first)] not in spec["edges"] and self.maybe(0.3):
                node["arguments"]["task_config"]["depends_on"] = [{"task_key": key}]

    @staticmethod
    def groups_on(nodes, path):
        found = []
        for name in path[:-1]:
            node = next(one for one in nodes if one.get("group") == name)
            found.append(node)
            nodes = node["nodes"]
        return found

    def make(self):
        r = self.random
        spec = {"dag_id": r.choice(["d", "dag_ü", "my-dag.v2", "每日"]), "id": r.choice(["wf", "flüsse", "my-group"]),
                "outer": r.choice([[], [], [], ["outer"], ["außen", "mitte"]]), "prefix": not self.maybe(0.1)}
        spec["arguments"] = self.group_arguments()
        size = r.choice([1, 2, 3, r.randint(4, 20), r.randint(4, 20), r.randint(20, 60), r.randint(60, 300)])
        spec["nodes"] = self.nodes((), size)
        spec["edges"] = self.edges(spec["nodes"])
        spec["outside"] = ["before", "after"]
        spec["edges_from_outside"] = [["before", list(path)] for path, _ in self.some(self.tasks, 2)]
        spec["edges_to_outside"] = [[list(path), "after"] for path, _ in self.some(self.tasks, 2)]
        if self.maybe(0.1):
            self.config_upstreams(spec)
        spec["trouble"] = self.trouble(spec) if self.maybe(0.15) else None
        return spec


def random_group(seed):
    return Maker(seed).make()
