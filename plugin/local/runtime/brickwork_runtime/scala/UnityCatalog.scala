package org.apache.spark.sql.brickwork

import java.util
import java.util.UUID

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import io.unitycatalog.brickwork.WorkspaceRecords

import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.delta.catalog.DeltaCatalog
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/** A catalog of the workspace in Spark: Delta Lake's own catalog over the workspace's records, and views beside the tables. */
class UnityCatalog extends DeltaCatalog with RelationCatalog {
  private var records: WorkspaceRecords = _

  override def initialize(name: String, options: CaseInsensitiveStringMap): Unit = {
    records = new WorkspaceRecords(name)
    setDelegateCatalog(records)
    // Delta Lake would speak to a server of its own protocol; tables here are committed by their files.
    val ours = new util.HashMap[String, String](options)
    ours.put("deltaRestApi.enabled", "false")
    super.initialize(name, new CaseInsensitiveStringMap(ours))
  }

  override def createTable(ident: Identifier, columns: Array[Column], partitions: Array[Transform],
      properties: util.Map[String, String]): Table =
    super.createTable(ident, columns, partitions, placed(ident, properties))

  override def stageCreate(ident: Identifier, columns: Array[Column], partitions: Array[Transform],
      properties: util.Map[String, String]): StagedTable =
    super.stageCreate(ident, columns, partitions, placed(ident, properties))

  override def stageCreateOrReplace(ident: Identifier, columns: Array[Column], partitions: Array[Transform],
      properties: util.Map[String, String]): StagedTable =
    super.stageCreateOrReplace(ident, columns, partitions, replaced(ident, properties))

  override def stageReplace(ident: Identifier, columns: Array[Column], partitions: Array[Transform],
      properties: util.Map[String, String]): StagedTable =
    super.stageReplace(ident, columns, partitions, replaced(ident, properties))

  override def loadRelation(ident: Identifier): Relation =
    recordOf(ident).filter(isView).map(ViewRecord.view).getOrElse(loadTable(ident))

  override def loadTable(ident: Identifier): Table = super[DeltaCatalog].loadTable(ident)
  override def tableExists(ident: Identifier): Boolean = super[DeltaCatalog].tableExists(ident)
  override def viewExists(ident: Identifier): Boolean = recordOf(ident).exists(isView)

  override def loadView(ident: Identifier): View =
    recordOf(ident).filter(isView).map(ViewRecord.view).getOrElse(throw new NoSuchViewException(ident))

  override def listViews(namespace: Array[String]): Array[Identifier] =
    records.summaries(namespace).filter(isView).map(record => Identifier.of(namespace, record.get("name").asText)).toArray

  override def createView(ident: Identifier, view: View): View = {
    try records.create(ident, ViewRecord.of(view))
    catch {
      case _: TableAlreadyExistsException => throw new ViewAlreadyExistsException(ident)
    }
    view
  }

  override def replaceView(ident: Identifier, view: View): View = {
    loadView(ident)
    records.change(ident, ViewRecord.of(view))
    view
  }

  override def dropView(ident: Identifier): Boolean = viewExists(ident) && records.dropTable(ident)

  override def renameView(from: Identifier, to: Identifier): Unit = {
    loadView(from)
    records.renameTable(from, to)
  }

  private def isView(record: JsonNode) = record.path("table_type").asText == "VIEW"

  private def recordOf(ident: Identifier): Option[JsonNode] =
    try Some(records.record(ident))
    catch {
      case _: NoSuchTableException => None
    }

  // Delta Lake keeps the columns in its log; clients of the API read them in the record.
  override def alterTable(ident: Identifier, changes: TableChange*): Table = {
    val altered = super.alterTable(ident, changes: _*)
    describe(ident, altered)
    altered
  }

  def describe(name: Seq[String]): Unit = {
    val ident = Identifier.of(name.init.toArray, name.last)
    describe(ident, loadTable(ident))
  }

  private def describe(ident: Identifier, table: Table): Unit =
    if (ident.namespace.length == 1 && table.partitioning.forall(_.name == "identity"))
      records.change(ident, UnityRest.node().set("columns", TableRecord.columns(table.schema(),
        table.partitioning.map(_.references.head.fieldNames.head))))

  // The schema must be there before Delta Lake writes its log, or the log would be left without a table.
  private def placed(ident: Identifier, properties: util.Map[String, String]): util.Map[String, String] =
    if (isPlaced(properties) || ident.name.startsWith("/") || ident.name.contains(":/")) properties
    else {
      records.loadNamespaceMetadata(ident.namespace)
      val place = s"${SQLConf.get.warehousePath}/${UnityCatalog.Storage}/${UUID.randomUUID()}"
      managed(properties, TableCatalog.PROP_LOCATION -> place)
    }

  // What is replaced stays where it is.
  private def replaced(ident: Identifier, properties: util.Map[String, String]): util.Map[String, String] =
    if (isPlaced(properties) || !records.tableExists(ident)) placed(ident, properties)
    else if (TableRecord.text(records.record(ident), "table_type").contains("MANAGED")) managed(properties)
    else managed(properties).asScala.toMap.removed(TableCatalog.PROP_IS_MANAGED_LOCATION).asJava

  private def isPlaced(properties: util.Map[String, String]) =
    properties.containsKey(TableCatalog.PROP_LOCATION) || properties.containsKey(TableCatalog.PROP_EXTERNAL)

  private def managed(properties: util.Map[String, String], more: (String, String)*): util.Map[String, String] = {
    val all = new util.HashMap[String, String](properties)
    all.put(TableCatalog.PROP_IS_MANAGED_LOCATION, "true")
    for ((key, value) <- more) all.put(key, value)
    all
  }
}

object UnityCatalog {
  // A directory that no schema of the session catalog can have; the workspace empties it when it deletes a table.
  val Storage = "__unitystorage"
}
