"""As in the stock provider: `databricks` has what waits in the triggerer."""
