# Databricks notebook source
# MAGIC %md
# MAGIC Good enough: the orders that have a customer become the day's orders.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/quality_gate")
folder = dbutils.widgets.get("folder")
spark.read.parquet(f"{folder}/incoming").where("customer is not null").write.mode("overwrite").parquet(f"{folder}/orders")

# COMMAND ----------

dbutils.notebook.exit("published")
