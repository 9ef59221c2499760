package org.apache.spark.sql.brickwork

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.catalyst.plans.logical.{InsertIntoStatement, LogicalPlan}
import org.apache.spark.sql.catalyst.util.StringUtils
import org.apache.spark.sql.classic.{SparkSession => ClassicSession}
import org.apache.spark.sql.execution.command.LeafRunnableCommand
import org.apache.spark.sql.types.StringType

/** Which of the workspace's catalogs a session knows. Spark looks each one up in the settings, by its name. */
class SessionCatalogs(session: SparkSession) {
  import SessionCatalogs._

  // The parser is made before the session is: the state cannot be a val.
  private def state = session.asInstanceOf[ClassicSession].sessionState
  private def conf = state.conf

  def known: Set[String] =
    conf.getAllConfs.collect { case (key, value) if value == ClassName => key.stripPrefix(Prefix) }.toSet

  /** Asks which catalogs there are, when `text` may name one: somebody may have made it a moment ago. */
  def refresh(text: String): Unit =
    if (text.contains('.') || Catalog.findFirstIn(text).isDefined) {
      for (rest <- UnityRest.of(conf)) {
        val there = names(rest)
        val before = known
        for (name <- there -- before) {
          conf.setConfString(Prefix + name, ClassName)
          // At once, since views are read with settings of their own, which name no catalogs.
          session.asInstanceOf[ClassicSession].withActive(state.catalogManager.catalog(name))
        }
        // A catalog that is gone answers so itself; one that is asked for anew finds what is there then.
        for (name <- before -- there) conf.unsetConf(Prefix + name)
      }
    }

  /** Spark would read an unknown catalog as a schema, and say that a schema's name has one part. */
  def check(plan: LogicalPlan): LogicalPlan = {
    if (UnityRest.of(conf).isDefined) plan.foreachWithSubqueries {
      case insert: InsertIntoStatement => insert.table.foreach(checkNode)
      case node => checkNode(node)
    }
    plan
  }

  private def checkNode(node: LogicalPlan): Unit = node match {
    case relation: UnresolvedRelation => require(relation.multipartIdentifier, 3)
    case table: UnresolvedTable => require(table.multipartIdentifier, 3)
    case view: UnresolvedView => require(view.multipartIdentifier, 3)
    case either: UnresolvedTableOrView => require(either.multipartIdentifier, 3)
    case identifier: UnresolvedIdentifier => require(identifier.nameParts, 3)
    case namespace: UnresolvedNamespace => require(namespace.multipartIdentifier, 2)
    case _ =>
  }

  private def require(parts: Seq[String], depth: Int): Unit =
    if (parts.length >= depth && !state.catalogManager.isCatalogRegistered(parts.head))
      throw noSuch(parts.head)
}

object SessionCatalogs {
  private val Prefix = "spark.sql.catalog."
  private val ClassName = classOf[UnityCatalog].getName
  private val Catalog = """(?i)\b(catalogs?|use|in|from)\b""".r

  def names(rest: UnityRest): Set[String] = rest.list("catalogs").map(_.get("name").asText).toSet

  def noSuch(name: String): UnityRefusal = new UnityRefusal(404, "NO_SUCH_CATALOG_EXCEPTION",
    s"Catalog '$name' was not found. Please verify the catalog name and then retry the query or command again." +
      (if (Set("samples", "system").contains(name.toLowerCase)) s" The $name of Databricks are not in this workspace." else "") +
      " SQLSTATE: 42704")
}

case class ShowWorkspaceCatalogs(pattern: Option[String]) extends LeafRunnableCommand {
  override val output: Seq[Attribute] = Seq(AttributeReference("catalog", StringType, nullable = false)())

  override def run(session: SparkSession): Seq[Row] = {
    val all = SessionCatalogs.names(UnityRest.required(session)) + "hive_metastore"
    StringUtils.filterPattern(all.toSeq.sorted, pattern.getOrElse("*")).map(Row(_))
  }
}
