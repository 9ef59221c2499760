# Databricks notebook source
# MAGIC %md
# MAGIC # What part of the electricity is renewable
# MAGIC In percent of the net generation of each year, and the change from the year before.

# COMMAND ----------

dbutils.widgets.text("year", "2001")
dbutils.widgets.text("folder", "dbfs:/tmp/renewables")
first_year = int(dbutils.widgets.get("year"))
folder = dbutils.widgets.get("folder")

# COMMAND ----------

from pyspark.sql import Window
from pyspark.sql import functions as F

total = F.col("renewable") + F.col("fossil") + F.col("nuclear")
by_year = Window.partitionBy("state").orderBy("year")
shares = (
    spark.read.parquet(f"{folder}/joined")
    .withColumn("renewable_percent", F.round(100 * F.col("renewable") / total, 2))
    .withColumn("change", F.round(F.col("renewable_percent") - F.lag("renewable_percent").over(by_year), 2))
    .where(F.col("year") >= first_year)
    .select("state", "year", "renewable_percent", "change")
    .orderBy("year")
)
display(shares)

# COMMAND ----------

# Seventeen rows: small enough for one file, which the chart reads without Spark.
rows = shares.toPandas()
with open(folder.replace("dbfs:/", "/dbfs/", 1) + "/shares.csv", "w") as file:
    rows.to_csv(file, index=False)

# COMMAND ----------

last = rows.iloc[-1]
dbutils.jobs.taskValues.set("percent", float(last.renewable_percent))
dbutils.notebook.exit(f"{last.renewable_percent} % in {last.year}")
