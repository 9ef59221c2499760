"""As in the stock provider: `databricks` has the hook."""
