# Databricks notebook source
# MAGIC %md
# MAGIC How many of a hundred orders have no customer. The condition behind the gate decides what that means.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/quality_gate")

from pyspark.sql import functions as F

orders = spark.read.parquet(dbutils.widgets.get("folder") + "/incoming")
counted = orders.agg(F.count("*").alias("all"), F.count("customer").alias("good")).first()
broken_percent = 100 * (counted["all"] - counted["good"]) / counted["all"]
dbutils.jobs.taskValues.set("broken_percent", broken_percent)

# COMMAND ----------

dbutils.notebook.exit(f"{broken_percent:g} %")
