# Databricks notebook source
# MAGIC %md
# MAGIC # Net generation of electricity, one row for each year
# MAGIC The U.S. Energy Information Administration publishes a series for each source of energy (thousand MWh). Here they are
# MAGIC joined on the year.

# COMMAND ----------

dbutils.widgets.text("state", "Iowa")
dbutils.widgets.text("folder", "dbfs:/tmp/renewables")
state = dbutils.widgets.get("state")
folder = dbutils.widgets.get("folder")

# The package that carries the data knows this state alone.
if state != "Iowa":
    raise ValueError(f"there is no series for {state}, only for Iowa")

# COMMAND ----------

from vega_datasets import data
from pyspark.sql import functions as F

published = data.iowa_electricity()
published["year"] = published["year"].dt.year.astype("int64")
series = spark.createDataFrame(published.to_dict("records"), "year int, source string, net_generation long")

# COMMAND ----------


def of_source(source, column):
    return series.where(F.col("source") == source).select("year", F.col("net_generation").alias(column))


joined = (
    of_source("Renewables", "renewable")
    .join(of_source("Fossil Fuels", "fossil"), "year", "full_outer")
    .join(of_source("Nuclear Energy", "nuclear"), "year", "full_outer")
    .withColumn("state", F.lit(state))
)
joined.write.mode("overwrite").parquet(f"{folder}/joined")
display(spark.read.parquet(f"{folder}/joined").orderBy("year"))

# COMMAND ----------

dbutils.notebook.exit(f"{spark.read.parquet(f'{folder}/joined').count()} years")
