package org.apache.spark.sql.brickwork

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}

import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.catalog._
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser
import org.apache.spark.sql.connector.catalog.{CatalogV2Util, Table, TableCatalog, V1Table}
import org.apache.spark.sql.connector.expressions.{IdentityTransform, Transform}
import org.apache.spark.sql.types._

/** Tables as the Unity Catalog API describes them, and as Spark does. */
object TableRecord {
  def of(schema: StructType, partitions: Array[Transform], properties: Map[String, String]): ObjectNode = {
    val format = properties.getOrElse(TableCatalog.PROP_PROVIDER, "delta")
    val managed = properties.get(TableCatalog.PROP_IS_MANAGED_LOCATION).exists(_.equalsIgnoreCase("true"))
    if (managed && !format.equalsIgnoreCase("delta"))
      throw new UnityRefusal(400, "INVALID_PARAMETER_VALUE",
        s"Managed tables of Unity Catalog are DELTA, not ${format.toUpperCase}: name a LOCATION for an external table.")
    val record = UnityRest.node().put("data_source_format", format.toUpperCase)
      .put("table_type", if (managed) "MANAGED" else "EXTERNAL")
    properties.get(TableCatalog.PROP_LOCATION).foreach(record.put("storage_location", _))
    properties.get(TableCatalog.PROP_COMMENT).foreach(record.put("comment", _))
    val partitioned = partitions.collect { case IdentityTransform(ref) => ref.fieldNames.head }
    record.set[ObjectNode]("columns", columns(schema, partitioned))
    record.set[ObjectNode]("properties", UnityRest.mapper.valueToTree[JsonNode](own(properties).asJava))
  }

  def changed(schema: StructType, properties: Map[String, String]): ObjectNode = {
    val record = UnityRest.node()
    properties.get(TableCatalog.PROP_COMMENT).foreach(record.put("comment", _))
    record.set[ObjectNode]("columns", columns(schema, Array.empty))
    record.set[ObjectNode]("properties", UnityRest.mapper.valueToTree[JsonNode](own(properties).asJava))
  }

  def columns(schema: StructType, partitioned: Array[String]): ArrayNode = {
    val list = UnityRest.mapper.createArrayNode()
    for ((field, position) <- schema.fields.zipWithIndex) {
      val column = list.addObject().put("name", field.name).put("type_text", field.dataType.catalogString)
        .put("type_json", json(field)).put("type_name", typeName(field.dataType)).put("position", position)
        .put("nullable", field.nullable)
      field.dataType match {
        case decimal: DecimalType => column.put("type_precision", decimal.precision).put("type_scale", decimal.scale)
        case _ =>
      }
      field.getComment().foreach(column.put("comment", _))
      val index = partitioned.indexWhere(_.equalsIgnoreCase(field.name))
      if (index >= 0) column.put("partition_index", index)
    }
    list
  }

  def schema(record: JsonNode): StructType =
    StructType(record.path("columns").elements().asScala.map { column =>
      val dataType = CatalystSqlParser.parseDataType(column.path("type_text").asText("string"))
      val field = StructField(column.get("name").asText, dataType, column.path("nullable").asBoolean(true))
      Option(column.get("comment")).filterNot(_.isNull).map(text => field.withComment(text.asText)).getOrElse(field)
    }.toSeq)

  def properties(record: JsonNode): Map[String, String] =
    record.path("properties").fields().asScala.map(entry => entry.getKey -> entry.getValue.asText).toMap

  // Spark finds the data source itself. Partitions are found in the files, since the record names none.
  def table(record: JsonNode): Table = {
    val partitioned = record.path("columns").elements().asScala.filter(_.hasNonNull("partition_index")).toSeq
      .sortBy(_.get("partition_index").asInt).map(_.get("name").asText)
    val full = schema(record)
    val (options, own) = properties(record).partition(_._1.startsWith(TableCatalog.OPTION_PREFIX))
    val ordered = StructType(full.filterNot(field => partitioned.contains(field.name)) ++ partitioned.map(full(_)))
    V1Table(CatalogTable(
      identifier = TableIdentifier(text(record, "name").get, text(record, "schema_name"), text(record, "catalog_name")),
      tableType = if (text(record, "table_type").contains("MANAGED")) CatalogTableType.MANAGED else CatalogTableType.EXTERNAL,
      storage = CatalogStorageFormat.empty.copy(
        locationUri = text(record, "storage_location").map(CatalogUtils.stringToURI), 
        properties = options.map { case (key, value) => key.stripPrefix(TableCatalog.OPTION_PREFIX) -> value }),
      schema = ordered,
      provider = Some(text(record, "data_source_format").getOrElse("DELTA").toLowerCase),
      partitionColumnNames = partitioned,
      owner = text(record, "owner").getOrElse(""),
      createTime = record.path("created_at").asLong,
      properties = own,
      comment = text(record, "comment"),
      tracksPartitionsInCatalog = false))
  }

  def text(record: JsonNode, member: String): Option[String] =
    Option(record.get(member)).filterNot(_.isNull).map(_.asText)

  private def json(field: StructField): String =
    UnityRest.mapper.readTree(StructType(Seq(field)).json).at("/fields/0").toString

  private def own(properties: Map[String, String]): Map[String, String] =
    properties -- CatalogV2Util.TABLE_RESERVED_PROPERTIES - "path"

  private def typeName(dataType: DataType): String = dataType match {
    case _: DecimalType => "DECIMAL"
    case _: StructType => "STRUCT"
    case _: ArrayType => "ARRAY"
    case _: MapType => "MAP"
    case ShortType => "SHORT"
    case ByteType => "BYTE"
    case LongType => "LONG"
    case _: CharType => "CHAR"
    case _: StringType | _: VarcharType => "STRING"
    case _: DayTimeIntervalType | _: YearMonthIntervalType => "INTERVAL"
    case other => other.typeName.toUpperCase
  }
}
