"""The application: reads what the data lake has, and says how much it is."""

import argparse
import os

from pyspark.sql import SparkSession

arguments = argparse.ArgumentParser()
arguments.add_argument("--release", required=True)
release = arguments.parse_args().release

spark = SparkSession.builder.getOrCreate()
path = os.environ["DATALAKE_PATH"]
if path.startswith("abfss:"):
    # Azure's storage, with the service principal that the pipeline put into the secrets.
    account = path.split("@")[1].split("/")[0]
    spark.conf.set(f"fs.azure.account.auth.type.{account}", "OAuth")
    spark.conf.set(f"fs.azure.account.oauth2.client.id.{account}", os.environ["DATALAKE_USERNAME"])
    spark.conf.set(f"fs.azure.account.oauth2.client.secret.{account}", os.environ["DATALAKE_SECRET"])

orders = spark.read.csv(path, header=True, inferSchema=True)
total = orders.groupBy().sum("euros").first()[0]
print(f"release {release}: {orders.count()} orders of {total} euros")
