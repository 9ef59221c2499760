# Databricks notebook source
# MAGIC %md
# MAGIC All regions side by side.

# COMMAND ----------

dbutils.widgets.text("folder", "dbfs:/tmp/regions")
sales = spark.read.parquet(dbutils.widgets.get("folder") + "/sales")
totals = {row["region"]: row["sum(euros)"] for row in sales.groupBy("region").sum("euros").orderBy("region").collect()}

# COMMAND ----------

dbutils.notebook.exit(", ".join(f"{region} {euros}" for region, euros in totals.items()))
