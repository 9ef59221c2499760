"""What display(), figures and HTML leave in the exported view of a notebook."""

import base64
import re


def view_of(local, source, cluster=None):
    output = local.run_notebook(source, cluster)
    assert output.metadata.state.result_state.value == "SUCCESS", (output.error, output.error_trace)
    return local.client.jobs.export_run(output.metadata.run_id).views[0].content


def test_tables_and_html_are_kept_with_the_run(local):
    page = view_of(local, """\
        # Databricks notebook source
        import pandas
        display(pandas.DataFrame({"city": ["Köln", "<Bern>"], "n": [1, 2]}))

        # COMMAND ----------

        displayHTML("<b>bold words</b>")

        # COMMAND ----------

        dbutils.fs.put("dbfs:/display/file.txt", "words", True)
        display(dbutils.fs.ls("dbfs:/display"))
        """)
    assert "<th>city</th>" in page and "<td>Köln</td>" in page and "<td>&lt;Bern&gt;</td>" in page
    assert "<b>bold words</b>" in page and "<th>path</th>" in page


def test_figures_are_kept_as_images_whether_displayed_or_left_open(local):
    page = view_of(local, """\
        # Databricks notebook source
        import matplotlib.pyplot as plt
        plt.plot([1, 2, 3])

        # COMMAND ----------

        figure, axes = plt.subplots()
        axes.bar(["a"], [1])
        plt.close(figure)
        display(figure)
        """)
    images = re.findall(r"src=.data:image/png;base64,([\w+/=]+)", page)
    assert len(images) == 2 and all(base64.b64decode(image).startswith(b"\x89PNG") for image in images)


def test_a_spark_table_is_cut_at_a_thousand_rows(local, cluster):
    page = view_of(local, "display(spark.range(1500).selectExpr('id', 'id * 2 as twice'))", cluster)
    assert "<th>twice</th>" in page and "<td>1998</td>" in page and "<td>2000</td>" not in page
    assert "The first 1000 rows." in page


def test_spark_conf_and_variables_are_there_before_the_first_cell_of_a_job_cluster(local):
    from databricks.sdk.service import compute, jobs

    local.client.secrets.create_scope("first-cell")
    local.client.secrets.put_secret("first-cell", "k", string_value="open-sesame")
    local.notebook("/Shared/first/cell", """
    import os
    before = (os.environ["PLAIN"], os.environ["HIDDEN"] == "open" + "-sesame", spark.conf.get("spark.my.hidden") ==
              "open" + "-sesame", spark.conf.get("spark.my.plain"), os.environ["PYSPARK_PYTHON"])
    import subprocess
    runs = subprocess.run([before[-1], "-c", "print(6 * 7)"], capture_output=True, text=True).stdout
    dbutils.notebook.exit(str(before[:-1] + (runs,)))
    """)
    outputs = local.submit(jobs.SubmitTask(
        task_key="main", notebook_task=jobs.NotebookTask("/Shared/first/cell"), new_cluster=compute.ClusterSpec(
            spark_version="16.4.x-scala2.12", num_workers=0,
            spark_conf={"spark.my.hidden": "{{secrets/first-cell/k}}", "spark.my.plain": "p"},
            spark_env_vars={"PLAIN": "e", "HIDDEN": "{{secrets/first-cell/k}}",
                            "PYSPARK_PYTHON": "/databricks/python3/bin/python3"})))
    assert outputs["main"].notebook_output.result == "('e', True, True, 'p', '42\\n')".replace("\n", "\\n")
