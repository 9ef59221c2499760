package org.apache.spark.sql.brickwork

import com.fasterxml.jackson.databind.JsonNode

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{SparkSession => ClassicSession}
import org.apache.spark.sql.execution.command.LeafRunnableCommand
import org.apache.spark.sql.types.StringType

/** What a statement of ours does when Spark runs it. */
case class WorkspaceCommand(columns: Seq[String], action: ClassicSession => Seq[Row]) extends LeafRunnableCommand {
  override val output: Seq[Attribute] = columns.map(AttributeReference(_, StringType)())
  override def run(session: SparkSession): Seq[Row] = action(session.asInstanceOf[ClassicSession])
}

/** The statements of catalogs and volumes, which Spark's grammar does not have. */
object WorkspaceStatements {
  private val Api = "/api/2.1/unity-catalog"
  private val First = """(?is)^(?:\s|--[^\n]*\n|/\*.*?\*/)*(create|drop|show|describe|desc|alter|comment|copy)\s+\w+.*""".r
  private val UseCatalog = """(?is)^((?:\s|--[^\n]*\n|/\*.*?\*/)*)use\s+catalog\s+(.*)$""".r
  private val ToHive = """(?is)^\s*(?:use|set\s+catalog)\s+`?hive_metastore`?\s*;?\s*$""".r
  private val InHive = """(?is)^(\s*show\s+(?:schemas|databases)\s+(?:in|from)\s+)`?hive_metastore`?(?!\s*\.)(.*)$""".r

  /** A statement in Spark's words, where Spark has other words for it. */
  def inSpark(text: String): String = text match {
    case UseCatalog(before, rest) => inSpark(s"${before}SET CATALOG $rest")
    case ToHive() => "SET CATALOG spark_catalog"
    case InHive(before, after) => s"${before}spark_catalog$after"
    case other => other
  }

  def parse(text: String, session: SparkSession): Option[LogicalPlan] = text match {
    case First(_) =>
      val words = new Words(text)
      if (words.take("COPY", "INTO")) Some(CopyInto.parse(words))
      else if (UnityRest.of(session.asInstanceOf[ClassicSession].sessionState.conf).isEmpty) None
      else catalogStatement(words).orElse(volumeStatement(words))
    case _ => None
  }

  private def catalogStatement(words: Words): Option[LogicalPlan] =
    if (words.take("CREATE", "CATALOG")) {
      val unlessThere = words.take("IF", "NOT", "EXISTS")
      val body = UnityRest.node().put("name", words.name(1).head)
      if (words.take("MANAGED", "LOCATION")) words.refuse("MANAGED LOCATION needs an external location, and there is none here")
      if (words.take("COMMENT")) body.put("comment", words.string())
      action(words)(posted(s"$Api/catalogs", body, unlessThere))
    } else if (words.take("DROP", "CATALOG")) {
      val ifThere = words.take("IF", "EXISTS")
      val name = words.name(1).head
      val force = words.take("CASCADE")
      words.take("RESTRICT")
      action(words)(deleted(s"$Api/catalogs/${UnityRest.quoted(name)}?force=$force", ifThere))
    } else if (words.take("COMMENT", "ON", "CATALOG")) {
      val name = words.name(1).head
      words.expect("IS")
      val comment = if (words.take("NULL")) "" else words.string()
      action(words)(rest.patch(s"$Api/catalogs/${UnityRest.quoted(name)}", UnityRest.node().put("comment", comment)))
    } else if (words.take("ALTER", "CATALOG")) {
      val name = words.name(1).head
      words.take("SET")
      val body = UnityRest.node()
      if (words.take("OWNER", "TO")) body.put("owner", words.name(1).head) else words.refuse("only OWNER TO is here")
      action(words)(rest.patch(s"$Api/catalogs/${UnityRest.quoted(name)}", body))
    } else if (words.take("DESCRIBE", "CATALOG") || words.take("DESC", "CATALOG")) {
      words.take("EXTENDED")
      val name = words.name(1).head
      words.end()
      Some(WorkspaceCommand(Seq("info_name", "info_value"), _ => {
        val found = rest.get(s"$Api/catalogs/${UnityRest.quoted(name)}")
        described(found, "Catalog Name" -> "name", "Comment" -> "comment", "Owner" -> "owner", "Catalog Type" -> "catalog_type")
      }))
    } else None

  private def volumeStatement(words: Words): Option[LogicalPlan] =
    if (words.take("CREATE", "EXTERNAL", "VOLUME")) words.refuse("an EXTERNAL volume needs an external location, and there is none here")
    else if (words.take("CREATE", "VOLUME")) {
      val unlessThere = words.take("IF", "NOT", "EXISTS")
      val name = words.name(3)
      val comment = if (words.take("COMMENT")) Some(words.string()) else None
      words.end()
      Some(WorkspaceCommand(Nil, session => {
        val Seq(catalog, schema, volume) = full(session, name, 3)
        val body = UnityRest.node().put("catalog_name", catalog).put("schema_name", schema).put("name", volume)
          .put("volume_type", "MANAGED")
        comment.foreach(body.put("comment", _))
        posted(s"$Api/volumes", body, unlessThere)
        Nil
      }))
    } else if (words.take("DROP", "VOLUME")) {
      val ifThere = words.take("IF", "EXISTS")
      volumeAction(words, words.name(3))(path => deleted(path, ifThere))
    } else if (words.take("ALTER", "VOLUME")) {
      val name = words.name(3)
      words.expect("RENAME")
      words.expect("TO")
      val body = UnityRest.node().put("new_name", words.name(3).last)
      volumeAction(words, name)(path => rest.patch(path, body))
    } else if (words.take("COMMENT", "ON", "VOLUME")) {
      val name = words.name(3)
      words.expect("IS")
      val body = UnityRest.node().put("comment", words.string())
      volumeAction(words, name)(path => rest.patch(path, body))
    } else if (words.take("DESCRIBE", "VOLUME") || words.take("DESC", "VOLUME")) {
      val name = words.name(3)
      words.end()
      val columns = Seq("name", "catalog_name", "schema_name", "storage_location", "volume_type", "owner", "comment")
      Some(WorkspaceCommand(columns.map { case "catalog_name" => "catalog"; case "schema_name" => "database"; case other => other },
        session => {
          val found = rest.get(volumePath(session, name))
          Seq(Row.fromSeq(columns.map(TableRecord.text(found, _).orNull)))
        }))
    } else if (words.take("SHOW", "VOLUMES")) {
      val schema = if (words.take("IN") || words.take("FROM")) words.name(2) else Nil
      words.take("LIKE")
      val pattern = if (words.isAtEnd) None else Some(words.string())
      words.end()
      Some(WorkspaceCommand(Seq("database", "volume_name"), session => {
        val Seq(catalog, database) = full(session, schema, 2)
        val names = rest.list("volumes", s"catalog_name=${UnityRest.quoted(catalog)}&schema_name=${UnityRest.quoted(database)}")
          .map(_.get("name").asText)
        org.apache.spark.sql.catalyst.util.StringUtils.filterPattern(names, pattern.getOrElse("*")).map(Row(database, _))
      }))
    } else None

  private def rest = UnityRest.required(SparkSession.active)

  private def action(words: Words)(body: => Any): Option[LogicalPlan] = {
    words.end()
    Some(WorkspaceCommand(Nil, _ => {
      body
      Nil
    }))
  }

  private def volumeAction(words: Words, name: Seq[String])(body: String => Any): Option[LogicalPlan] = {
    words.end()
    Some(WorkspaceCommand(Nil, session => {
      body(volumePath(session, name))
      Nil
    }))
  }

  private def volumePath(session: ClassicSession, name: Seq[String]) =
    s"$Api/volumes/${full(session, name, 3).map(UnityRest.quoted).mkString(".")}"

  /** A name with the current catalog and schema before it, where it has fewer parts. */
  private def full(session: ClassicSession, name: Seq[String], parts: Int): Seq[String] = {
    val manager = session.sessionState.catalogManager
    val current = manager.currentCatalog.name +: manager.currentNamespace.toSeq
    val found = current.take(parts - name.length) ++ name
    if (found.head == "spark_catalog")
      throw new UnityRefusal(400, "UC_COMMAND_NOT_SUPPORTED", "There are no volumes in hive_metastore: name a catalog or USE one.")
    found
  }

  private def posted(path: String, body: com.fasterxml.jackson.databind.node.ObjectNode, unlessThere: Boolean): Unit =
    try rest.post(path, body)
    catch {
      case refusal: UnityRefusal if unlessThere && refusal.code.endsWith("_ALREADY_EXISTS") =>
    }

  private def deleted(path: String, ifThere: Boolean): Unit =
    try rest.delete(path)
    catch {
      case refusal: UnityRefusal if ifThere && refusal.status == 404 =>
    }

  private def described(record: JsonNode, members: (String, String)*): Seq[Row] =
    members.map { case (title, member) => Row(title, TableRecord.text(record, member).getOrElse("")) }
}
