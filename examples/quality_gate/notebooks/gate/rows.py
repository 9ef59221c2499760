# Databricks notebook source
# MAGIC %md
# MAGIC An empty delivery is no matter of percent: it stops the job.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/quality_gate")
rows = spark.read.parquet(dbutils.widgets.get("folder") + "/incoming").count()
assert rows > 0, "nothing was delivered"
dbutils.jobs.taskValues.set("rows", rows)

# COMMAND ----------

dbutils.notebook.exit(f"{rows} rows")
