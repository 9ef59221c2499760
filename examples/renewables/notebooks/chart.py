# Databricks notebook source
# MAGIC %md
# MAGIC The chart. It needs no Spark, so on a machine of one's own it starts in a moment.

# COMMAND ----------

import csv

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

dbutils.widgets.text("state", "Iowa")
dbutils.widgets.text("folder", "dbfs:/tmp/renewables")
state = dbutils.widgets.get("state")
folder = dbutils.widgets.get("folder").replace("dbfs:/", "/dbfs/", 1)

with open(f"{folder}/shares.csv") as file:
    rows = list(csv.DictReader(file))
years = [int(row["year"]) for row in rows]
percent = [float(row["renewable_percent"]) for row in rows]

# COMMAND ----------

figure, axes = plt.subplots(figsize=(8, 4.5), dpi=120)
axes.fill_between(years, percent, color="#2a9d8f", alpha=0.25)
axes.plot(years, percent, color="#2a9d8f", linewidth=2.5, marker="o", markersize=4)
axes.annotate(f"{percent[-1]:.1f} %", (years[-1], percent[-1]), textcoords="offset points", xytext=(0, 9),
              ha="center", weight="bold")
axes.set_title(f"Electricity from renewable sources, {state}", loc="left", weight="bold")
axes.set_ylabel("percent of net generation")
axes.set_ylim(0, 1.15 * max(percent))
axes.set_xticks(years[::2])
axes.spines[["top", "right"]].set_visible(False)
figure.text(0.99, 0.01, "U.S. Energy Information Administration", ha="right", size=7, color="grey")

# COMMAND ----------

with open(f"{folder}/renewables.png", "wb") as file:
    figure.savefig(file, format="png")
dbutils.notebook.exit(f"{folder}/renewables.png")
