# Databricks notebook source
# MAGIC %md
# MAGIC # A day of orders
# MAGIC A few of a hundred have lost their customer on the way, as it happens. `broken_percent` says how many.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/quality_gate")
dbutils.widgets.text("broken_percent", "3")
folder = dbutils.widgets.get("folder")
broken_percent = int(dbutils.widgets.get("broken_percent"))

from pyspark.sql import functions as F

# COMMAND ----------

orders = spark.range(1, 1001).select(
    F.col("id").alias("order_id"),
    F.when(F.col("id") % 100 >= broken_percent, F.concat(F.lit("customer "), F.col("id") % 70)).alias("customer"),
    (F.col("id") % 90 + 10).alias("euros"),
)
orders.write.mode("overwrite").parquet(f"{folder}/incoming")

# COMMAND ----------

dbutils.notebook.exit(f"{orders.count()} orders")
