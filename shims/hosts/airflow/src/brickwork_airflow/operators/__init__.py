"""As in the stock provider: `databricks` has the operators, `databricks_workflow` the task group."""
