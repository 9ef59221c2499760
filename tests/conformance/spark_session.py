"""A Spark session of a cluster from outside: a context of the commands API, which any client could use."""

import json

from databricks.sdk.service import compute

SETUP = """
import json
def sql(*statements):
    for statement in statements:
        rows = spark.sql(statement).collect()
    return [list(row) for row in rows]
def shown(value):
    print(json.dumps(value, default=str))
"""


class Session:
    """The Python of a cluster, from outside."""

    def __init__(self, client, libraries=(), **of_cluster):
        self.api = client.command_execution
        self.cluster = client.clusters.create(spark_version="17.3.x-scala2.13", num_workers=0, **of_cluster).result().cluster_id
        if libraries:
            client.libraries.install(self.cluster, list(libraries))
        self.context = self.api.create(cluster_id=self.cluster, language=compute.Language.PYTHON).result().id
        self.run(SETUP)

    def run(self, code):
        done = self.api.execute(cluster_id=self.cluster, context_id=self.context, command=code,
                                language=compute.Language.PYTHON).result()
        assert done.results.result_type != compute.ResultType.ERROR, f"{done.results.summary}\n{done.results.cause}"
        return done.results.data

    def value(self, expression):
        return json.loads(self.run(f"shown({expression})"))

    def sql(self, *statements):
        """The rows of the last one."""
        return self.value(f"sql(*{list(statements)!r})")

    def refused(self, statement):
        """What Spark says to a statement that it must not run."""
        return self.run(f"try:\n    sql({statement!r})\nexcept Exception as error:\n    print(error)\nelse:\n    1/0")
