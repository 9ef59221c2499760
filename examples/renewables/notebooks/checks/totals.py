# Databricks notebook source
# MAGIC %md
# MAGIC The total of a year is of the size that such a state has: between 30 and 80 TWh.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/renewables")
THOUSAND_MWH_PER_TWH = 1000

from pyspark.sql import functions as F

total = (F.col("renewable") + F.col("fossil") + F.col("nuclear")) / THOUSAND_MWH_PER_TWH
totals = spark.read.parquet(dbutils.widgets.get("folder") + "/joined").select("year", total.alias("twh"))

# COMMAND ----------

outside = totals.where(~F.col("twh").between(30, 80)).orderBy("year").collect()
assert not outside, f"{outside[0].twh:,.0f} TWh in {outside[0].year} is not between 30 and 80; so are {len(outside)} years"

# COMMAND ----------

dbutils.notebook.exit("in range")
