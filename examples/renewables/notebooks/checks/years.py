# Databricks notebook source
# MAGIC %md
# MAGIC No year is missing, none is there twice, and each has all three sources.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/renewables")
rows = spark.read.parquet(dbutils.widgets.get("folder") + "/joined").collect()

years = sorted(row.year for row in rows)
assert years == list(range(years[0], years[-1] + 1)), f"the years are not without a gap: {years}"

incomplete = [row.year for row in rows if None in (row.renewable, row.fossil, row.nuclear)]
assert not incomplete, f"a source is missing in {incomplete}"

# COMMAND ----------

dbutils.notebook.exit(f"{years[0]} to {years[-1]}")
