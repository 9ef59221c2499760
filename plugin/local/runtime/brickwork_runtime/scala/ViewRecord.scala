package org.apache.spark.sql.brickwork

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode

import org.apache.spark.sql.catalyst.catalog.CatalogTable
import org.apache.spark.sql.connector.catalog.{CatalogV2Util, TableCatalog, View}

/**
 * A view's record: its text is what the API shows as view_definition; what Spark needs beside it to read that text as it
 * was meant stands among the properties, under the names that Spark gives it in a metastore.
 */
object ViewRecord {
  import CatalogTable._

  private val SchemaMode = "view.schemaMode"

  def of(view: View): ObjectNode = {
    val place = Option(view.currentCatalog).map(_ +: view.currentNamespace.toSeq).getOrElse(Nil)
    val outputs = view.queryColumnNames.toSeq
    val internal = (if (place.isEmpty) Map.empty[String, String] else catalogAndNamespaceToProps(place.head, place.tail)) ++
      view.sqlConfigs.asScala.map { case (key, value) => VIEW_SQL_CONFIG_PREFIX + key -> value } ++
      Map(VIEW_QUERY_OUTPUT_NUM_COLUMNS -> outputs.length.toString) ++
      outputs.zipWithIndex.map { case (name, index) => s"$VIEW_QUERY_OUTPUT_COLUMN_NAME_PREFIX$index" -> name } ++
      Option(view.schemaMode).map(SchemaMode -> _)
    val own = view.properties.asScala.toMap -- CatalogV2Util.TABLE_RESERVED_PROPERTIES
    val record = UnityRest.node().put("table_type", "VIEW").put("view_definition", view.queryText)
    Option(view.properties.get(TableCatalog.PROP_COMMENT)).foreach(record.put("comment", _))
    record.set[ObjectNode]("columns", TableRecord.columns(CatalogV2Util.v2ColumnsToStructType(view.columns), Array.empty))
    record.set[ObjectNode]("properties", UnityRest.mapper.valueToTree[JsonNode]((own ++ internal).asJava))
  }

  def view(record: JsonNode): View = {
    val all = TableRecord.properties(record)
    val place = numbered(all, VIEW_CATALOG_AND_NAMESPACE_PART_PREFIX)
    val builder = new View.Builder()
      .withQueryText(record.path("view_definition").asText)
      .withSqlConfigs(all.collect {
        case (key, value) if key.startsWith(VIEW_SQL_CONFIG_PREFIX) => key.stripPrefix(VIEW_SQL_CONFIG_PREFIX) -> value
      }.asJava)
      .withQueryColumnNames(numbered(all, VIEW_QUERY_OUTPUT_COLUMN_NAME_PREFIX).toArray)
    place.headOption.foreach(builder.withCurrentCatalog)
    builder.withCurrentNamespace(place.drop(1).toArray)
    all.get(SchemaMode).foreach(builder.withSchemaMode)
    builder.withColumns(CatalogV2Util.structTypeToV2Columns(TableRecord.schema(record)))
    builder.withProperties(all.filterNot(_._1.startsWith("view.")).asJava)
    TableRecord.text(record, "comment").foreach(builder.withComment)
    TableRecord.text(record, "owner").foreach(builder.withOwner)
    builder.build()
  }

  private def numbered(all: Map[String, String], prefix: String): Seq[String] =
    Iterator.from(0).map(index => all.get(s"$prefix$index")).takeWhile(_.isDefined).flatten.toSeq
}
