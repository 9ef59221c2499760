package org.apache.spark.sql.brickwork

import java.util

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode

import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.catalyst.analysis._
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.expressions.Transform
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.util.CaseInsensitiveStringMap

/**
 * One catalog's schemas and tables as the workspace keeps them. Nothing is remembered here: what the API, another
 * cluster or this one changed is seen by the next statement.
 */
class UnityRecords(catalog: String) extends TableCatalog with SupportsNamespaces {
  import UnityRecords._

  private val session = SparkSession.active

  override def initialize(name: String, options: CaseInsensitiveStringMap): Unit = {}
  override def name(): String = catalog
  override def defaultNamespace(): Array[String] = Array("default")

  def record(ident: Identifier): JsonNode = {
    if (ident.namespace.length != 1) throw new NoSuchTableException(ident)
    found(new NoSuchTableException(ident))(rest.get(s"$Api/tables/${fullName(ident)}"))
  }

  def summaries(namespace: Array[String]): Seq[JsonNode] =
    found(new NoSuchNamespaceException(namespace))(
      rest.list("tables", s"catalog_name=${UnityRest.quoted(catalog)}&schema_name=${UnityRest.quoted(one(namespace))}"))

  override def listTables(namespace: Array[String]): Array[Identifier] =
    summaries(namespace).filter(_.path("table_type").asText != "VIEW")
      .map(record => Identifier.of(namespace, record.get("name").asText)).toArray

  override def loadTable(ident: Identifier): Table = {
    val found = record(ident)
    if (found.path("table_type").asText == "VIEW") throw new NoSuchTableException(ident)
    TableRecord.table(found)
  }

  override def createTable(ident: Identifier, columns: Array[Column], partitions: Array[Transform],
      properties: util.Map[String, String]): Table =
    createTable(ident, CatalogV2Util.v2ColumnsToStructType(columns), partitions, properties)

  override def createTable(ident: Identifier, schema: StructType, partitions: Array[Transform],
      properties: util.Map[String, String]): Table = {
    create(ident, TableRecord.of(schema, partitions, properties.asScala.toMap))
    loadTable(ident)
  }

  def create(ident: Identifier, record: ObjectNode): Unit = {
    record.put("catalog_name", catalog).put("schema_name", one(ident.namespace)).put("name", ident.name)
    try rest.post(s"$Internal/tables", record)
    catch {
      case refusal: UnityRefusal if refusal.code == "TABLE_ALREADY_EXISTS" => throw new TableAlreadyExistsException(ident)
      case refusal: UnityRefusal if refusal.status == 404 => throw new NoSuchNamespaceException(ident.namespace)
    }
  }

  def change(ident: Identifier, record: ObjectNode): Unit =
    found(new NoSuchTableException(ident))(rest.patch(s"$Internal/tables/${fullName(ident)}", record))

  override def alterTable(ident: Identifier, changes: TableChange*): Table = {
    val now = record(ident)
    val schema = CatalogV2Util.applySchemaChanges(TableRecord.schema(now), changes, None, "ALTER TABLE")
    val properties = CatalogV2Util.applyPropertiesChanges(TableRecord.properties(now), changes)
    change(ident, TableRecord.changed(schema, properties))
    loadTable(ident)
  }

  override def dropTable(ident: Identifier): Boolean = ident.namespace.length == 1 && gone(s"$Api/tables/${fullName(ident)}")

  override def renameTable(from: Identifier, to: Identifier): Unit = {
    if (!Seq(Nil, from.namespace.toSeq, catalog +: from.namespace.toSeq).contains(to.namespace.toSeq))
      throw new UnityRefusal(400, "INVALID_PARAMETER_VALUE", "A table cannot be renamed into another schema.")
    change(from, UnityRest.node().put("new_name", to.name))
  }

  override def listNamespaces(): Array[Array[String]] =
    rest.list("schemas", s"catalog_name=${UnityRest.quoted(catalog)}").map(node => Array(node.get("name").asText)).toArray

  override def listNamespaces(namespace: Array[String]): Array[Array[String]] =
    if (namespace.isEmpty) listNamespaces()
    else {
      loadNamespaceMetadata(namespace)
      Array.empty
    }

  override def loadNamespaceMetadata(namespace: Array[String]): util.Map[String, String] = {
    if (namespace.length != 1) throw new NoSuchNamespaceException(namespace)
    val schema = found(new NoSuchNamespaceException(namespace))(rest.get(s"$Api/schemas/${schemaName(namespace)}"))
    val properties = new util.HashMap[String, String](TableRecord.properties(schema).asJava)
    for ((member, key) <- Seq("comment" -> SupportsNamespaces.PROP_COMMENT, "owner" -> SupportsNamespaces.PROP_OWNER))
      Option(schema.get(member)).foreach(value => properties.put(key, value.asText))
    properties
  }

  override def createNamespace(namespace: Array[String], metadata: util.Map[String, String]): Unit = {
    val body = UnityRest.node().put("catalog_name", catalog).put("name", one(namespace))
    if (metadata.containsKey(SupportsNamespaces.PROP_LOCATION))
      throw new UnityRefusal(400, "INVALID_PARAMETER_VALUE", "MANAGED LOCATION needs an external location: this workspace has none.")
    Option(metadata.get(SupportsNamespaces.PROP_COMMENT)).foreach(body.put("comment", _))
    val own = metadata.asScala.toMap -- CatalogV2Util.NAMESPACE_RESERVED_PROPERTIES
    body.set[ObjectNode]("properties", UnityRest.mapper.valueToTree[JsonNode](own.asJava))
    try rest.post(s"$Api/schemas", body)
    catch {
      case refusal: UnityRefusal if refusal.code == "SCHEMA_ALREADY_EXISTS" =>
        throw new NamespaceAlreadyExistsException(namespace)
    }
  }

  override def alterNamespace(namespace: Array[String], changes: NamespaceChange*): Unit = {
    val metadata = CatalogV2Util.applyNamespaceChanges(loadNamespaceMetadata(namespace).asScala.toMap, changes)
    val body = UnityRest.node()
    metadata.get(SupportsNamespaces.PROP_COMMENT).foreach(body.put("comment", _))
    val own = metadata -- CatalogV2Util.NAMESPACE_RESERVED_PROPERTIES
    body.set[ObjectNode]("properties", UnityRest.mapper.valueToTree[JsonNode](own.asJava))
    rest.patch(s"$Api/schemas/${schemaName(namespace)}", body)
  }

  override def dropNamespace(namespace: Array[String], cascade: Boolean): Boolean =
    try gone(s"$Api/schemas/${schemaName(namespace)}?force=$cascade")
    catch {
      case refusal: UnityRefusal if refusal.code == "INVALID_STATE" => throw new NonEmptyNamespaceException(namespace)
    }

  private def rest = UnityRest.required(session)
  private def fullName(ident: Identifier) = s"${schemaName(ident.namespace)}.${UnityRest.quoted(ident.name)}"
  private def schemaName(namespace: Array[String]) = s"${UnityRest.quoted(catalog)}.${UnityRest.quoted(one(namespace))}"

  private def gone(path: String): Boolean =
    try {
      rest.delete(path)
      true
    } catch {
      case refusal: UnityRefusal if refusal.status == 404 => false
    }
}

object UnityRecords {
  val Api = "/api/2.1/unity-catalog"
  val Internal = "/api/brickwork/unity-catalog"

  private def one(namespace: Array[String]): String =
    if (namespace.length == 1) namespace.head else throw new NoSuchNamespaceException(namespace)

  private def found[T](missing: => Throwable)(body: => T): T =
    try body
    catch {
      case refusal: UnityRefusal if refusal.status == 404 => throw missing
    }
}
