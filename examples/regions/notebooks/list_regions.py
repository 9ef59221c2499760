# Databricks notebook source
# MAGIC %md
# MAGIC Which regions there are is known when the job runs, and not when it is written: the loop takes its inputs from here.

# COMMAND ----------

regions = ["north", "east", "south", "west"]
dbutils.jobs.taskValues.set("regions", regions)

# COMMAND ----------

dbutils.notebook.exit(", ".join(regions))
