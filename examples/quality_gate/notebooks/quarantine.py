# Databricks notebook source
# MAGIC %md
# MAGIC Not good enough: the delivery is set aside as it came, and the orders of the day before stay.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/quality_gate")
folder = dbutils.widgets.get("folder")
spark.read.parquet(f"{folder}/incoming").write.mode("overwrite").parquet(f"{folder}/quarantine")

# COMMAND ----------

dbutils.notebook.exit("set aside")
