#include "local/resources/notebook_format.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

TEST(NotebookFormat, TheFirstLineSaysWhetherAFileIsANotebook) {
  EXPECT_EQ(notebook_language("# Databricks notebook source\nx = 1"), "PYTHON");
  EXPECT_EQ(notebook_language("-- Databricks notebook source\r\nselect 1"), "SQL");
  EXPECT_EQ(notebook_language("// Databricks notebook source"), "SCALA");
  EXPECT_EQ(notebook_language("x = 1\n# Databricks notebook source"), "");
  EXPECT_EQ(notebook_language(""), "");
}

TEST(NotebookFormat, JupyterCellsBecomeSourceCells) {
  std::string language;
  const std::string source = source_of_ipynb(
      R"({"cells": [{"cell_type": "markdown", "source": ["# T\n", "\n", "text"]},
                    {"cell_type": "code", "source": "x = 1\ny = 2", "outputs": [{"text": "dropped"}]},
                    {"cell_type": "code", "source": ["%sql\n", "select 1"]}],
          "metadata": {"kernelspec": {"language": "python"}}})",
      language);
  EXPECT_EQ(language, "PYTHON");
  EXPECT_EQ(source,
            "# Databricks notebook source\n# MAGIC %md\n# MAGIC # T\n# MAGIC\n# MAGIC text\n\n"
            "# COMMAND ----------\n\nx = 1\ny = 2\n\n"
            "# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC select 1\n");
}

TEST(NotebookFormat, ThereAndBackChangesNothing) {
  const std::string source =
      "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC hello\n\n-- COMMAND ----------\n\nselect 1\n";
  std::string language;
  EXPECT_EQ(source_of_ipynb(ipynb_of_source(source, "SQL"), language), source);
  EXPECT_EQ(language, "SQL");
}

TEST(NotebookFormat, WhatIsNoJupyterNotebookIsRefused) {
  std::string language;
  for (const char* text : {"", "{", "[]", "{}", R"({"cells": 1})"})
    EXPECT_THROW(source_of_ipynb(text, language), ApiError) << text;
}

}  // namespace
}  // namespace brickwork::local
