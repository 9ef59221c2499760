package org.apache.spark.sql.brickwork

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.{FunctionIdentifier, TableIdentifier}
import org.apache.spark.sql.catalyst.expressions.Expression
import org.apache.spark.sql.catalyst.parser.{ParameterContext, ParserInterface}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.execution.command.ShowCatalogsCommand
import org.apache.spark.sql.types.{DataType, StructType}

/**
 * Statements that Databricks has and Spark has not, before Spark's own parser; and the moment at which a session hears
 * which catalogs there are, because names are looked up by what is parsed next.
 */
class WorkspaceParser(session: SparkSession, spark: ParserInterface) extends ParserInterface {
  private val catalogs = new SessionCatalogs(session)

  override def parsePlan(text: String): LogicalPlan = parsed(text, spark.parsePlan)

  override def parsePlanWithParameters(text: String, context: ParameterContext): LogicalPlan =
    parsed(text, spark.parsePlanWithParameters(_, context))

  override def parseMultipartIdentifier(text: String): Seq[String] = {
    catalogs.refresh(text)
    spark.parseMultipartIdentifier(HiveMetastore.renamed(text))
  }

  override def parseTableIdentifier(text: String): TableIdentifier =
    spark.parseTableIdentifier(HiveMetastore.renamed(text))

  override def parseExpression(text: String): Expression = spark.parseExpression(text)
  override def parseFunctionIdentifier(text: String): FunctionIdentifier = spark.parseFunctionIdentifier(text)
  override def parseQuery(text: String): LogicalPlan = spark.parseQuery(text)
  override def parseRoutineParam(text: String): StructType = spark.parseRoutineParam(text)
  override def parseTableSchema(text: String): StructType = spark.parseTableSchema(text)
  override def parseDataType(text: String): DataType = spark.parseDataType(text)

  private def parsed(text: String, delegate: String => LogicalPlan): LogicalPlan = {
    catalogs.refresh(text)
    WorkspaceStatements.parse(text, session).getOrElse(delegate(HiveMetastore.renamed(WorkspaceStatements.inSpark(text)))) match {
      case _: ShowCatalogsCommand if catalogs.known.isEmpty => delegate(text)
      case show: ShowCatalogsCommand => ShowWorkspaceCatalogs(show.pattern)
      case plan => catalogs.check(plan)
    }
  }
}

/** hive_metastore is what Databricks calls Spark's own catalog. */
object HiveMetastore {
  private val Name = """(?i)(?<![\w.`'"])(hive_metastore|`hive_metastore`)(?=\s*\.)""".r
  private val Literal = """'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|--[^\n]*|/\*(?s:.*?)\*/""".r

  def renamed(text: String): String =
    if (!text.toLowerCase.contains("hive_metastore")) text
    else {
      // Only outside of strings and comments.
      val out = new StringBuilder
      var from = 0
      for (found <- Literal.findAllMatchIn(text)) {
        out.append(Name.replaceAllIn(text.substring(from, found.start), "spark_catalog")).append(found.matched)
        from = found.end
      }
      out.append(Name.replaceAllIn(text.substring(from), "spark_catalog")).toString
    }
}
