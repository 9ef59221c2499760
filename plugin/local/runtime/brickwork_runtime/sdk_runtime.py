"""`from databricks.sdk.runtime import *` and `from pyspark.dbutils import DBUtils` give what the notebook has."""

import sys
import types


def install(names):
    runtime = types.ModuleType("dbruntime")

    class UserNamespaceInitializer:
        """What databricks-sdk looks for to find out that it runs inside a Databricks runtime."""

        @classmethod
        def getOrCreate(cls):
            return cls()

        def get_namespace_globals(self):
            return dict(names)

    runtime.UserNamespaceInitializer = UserNamespaceInitializer
    sys.modules["dbruntime"] = runtime

    # Imported in its place even when the SDK is installed: the SDK's own module would import half of the SDK, which
    # takes longer than most cells.
    module = types.ModuleType("databricks.sdk.runtime")
    module.__dict__.update(names)
    module.__all__ = sorted(names)
    sys.modules["databricks.sdk.runtime"] = module

    dbutils_module = types.ModuleType("pyspark.dbutils")
    dbutils_module.DBUtils = lambda spark=None: names["dbutils"]
    sys.modules["pyspark.dbutils"] = dbutils_module
