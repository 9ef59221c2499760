# Databricks notebook source
# MAGIC %md
# MAGIC One region: its sales of the year, one row for each month. `region` is the input of the loop; what the group's
# MAGIC defaults say is there too, as in every other task.

# COMMAND ----------

dbutils.widgets.text("region", "north")
dbutils.widgets.text("folder", "dbfs:/tmp/regions")
dbutils.widgets.text("year", "2026")
region, year = dbutils.widgets.get("region"), int(dbutils.widgets.get("year"))

from pyspark.sql import functions as F

sales = spark.range(1, 13).select(
    F.lit(year).alias("year"), F.col("id").cast("int").alias("month"), (F.col("id") * len(region) * 100).alias("euros")
)
sales.write.mode("overwrite").parquet(f"{dbutils.widgets.get('folder')}/sales/region={region}")

# COMMAND ----------

dbutils.notebook.exit(f"{region}: {sales.count()} months")
