package org.apache.spark.sql.brickwork

import java.nio.file.{FileSystems, Paths}

import org.apache.hadoop.fs.{FileStatus, Path}

import org.apache.spark.sql.{Column, DataFrame, Row, SparkSession}
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation
import org.apache.spark.sql.catalyst.expressions.{Attribute, AttributeReference}
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.classic.{Dataset, SparkSession => ClassicSession}
import org.apache.spark.sql.execution.command.LeafRunnableCommand
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.types.{LongType, StructType}

/** COPY INTO a Delta table: files that an earlier one loaded are left out, by their names, even when they have changed. */
case class CopyInto(
    target: String,
    columns: Option[Seq[String]], // by position; empty for those of the table
    source: String,
    selected: Option[String],
    format: String,
    files: Seq[String],
    pattern: Option[String],
    formatOptions: Map[String, String],
    copyOptions: Map[String, String]) extends LeafRunnableCommand {

  override val output: Seq[Attribute] = Seq("num_affected_rows", "num_inserted_rows", "num_skipped_corrupt_files")
    .map(AttributeReference(_, LongType)())

  override def run(given: SparkSession): Seq[Row] = {
    val session = given.asInstanceOf[ClassicSession]
    val place = location(session)
    val loaded = new LoadedFiles(session, place)
    val rows = loaded.locked {
      val fresh = sourceFiles(session).filter(file => isOn(copyOptions, "force") || !loaded.contains(file.getPath.toString))
      if (fresh.isEmpty) 0L else load(session, place, fresh, loaded)
    }
    Seq(Row(rows, rows, 0L))
  }

  private def location(session: ClassicSession): Path = {
    val detail = session.sql(s"DESCRIBE DETAIL $target").select("format", "location").head()
    if (detail.getString(0) != "delta")
      throw new UnityRefusal(400, "COPY_INTO_NON_DELTA", s"COPY INTO needs a Delta table, and $target is ${detail.getString(0)}.")
    new Path(detail.getString(1))
  }

  private def load(session: ClassicSession, place: Path, fresh: Seq[FileStatus], loaded: LoadedFiles): Long = {
    val schema = session.read.format("delta").load(place.toString).schema
    val base = new Path(source)
    val reader = session.read.format(format).options(formatOptions)
    val isDirectory = !isGlob && base.getFileSystem(session.sessionState.newHadoopConf()).getFileStatus(base).isDirectory
    val read = (if (isDirectory) reader.option("basePath", source) else reader).load(fresh.map(_.getPath.toString): _*)
    val id = loaded.prepare(fresh.map(_.getPath.toString))
    fitted(query(session, read), schema).write.format("delta").mode("append")
      .option("mergeSchema", isOn(copyOptions, "mergeSchema").toString)
      .option("txnAppId", id).option("txnVersion", 1).option("userMetadata", id).save(place.toString)
    describe(session)
    session.sql(s"DESCRIBE HISTORY delta.`$place`").filter(col("userMetadata") === id)
      .select("operationMetrics.numOutputRows").head().getString(0).toLong
  }

  // The select list is Spark's business; where it reads from is what was read.
  private def query(session: ClassicSession, read: DataFrame): DataFrame = selected.map { list =>
    val plan = session.sessionState.sqlParser.parsePlan(s"SELECT $list FROM ${CopyInto.Source}")
    Dataset.ofRows(session, plan.transform {
      case relation: UnresolvedRelation if relation.multipartIdentifier == Seq(CopyInto.Source) =>
        read.asInstanceOf[Dataset[Row]].logicalPlan
    })
  }.getOrElse(read)

  /** With the types of the table's columns; what the table lacks stays, for mergeSchema or the refusal of Delta Lake. */
  private def fitted(read: DataFrame, schema: StructType): DataFrame = {
    val named = columns.map { names =>
      val targets = if (names.isEmpty) schema.fieldNames.toSeq else names
      if (read.columns.length != targets.length)
        throw new UnityRefusal(400, "COPY_INTO_COLUMN_ARITY_MISMATCH",
          s"The files have ${read.columns.length} columns and $target takes ${targets.length}.")
      read.toDF(targets: _*)
    }.getOrElse(read)
    val casts: Seq[Column] = named.schema.fields.toSeq.map { field =>
      val column = named.col("`" + field.name.replace("`", "``") + "`")
      schema.fields.find(_.name.equalsIgnoreCase(field.name)) match {
        case Some(wanted) if wanted.dataType != field.dataType => column.cast(wanted.dataType).as(wanted.name)
        case Some(wanted) => column.as(wanted.name)
        case None => column
      }
    }
    named.select(casts: _*)
  }

  private def sourceFiles(session: ClassicSession): Seq[FileStatus] = {
    val base = new Path(source)
    val fs = base.getFileSystem(session.sessionState.newHadoopConf())
    val roots = Option(fs.globStatus(base)).map(_.toSeq).getOrElse(Nil)
    if (roots.isEmpty) throw new UnityRefusal(404, "PATH_NOT_FOUND", s"Path does not exist: $source. SQLSTATE: 42K03")
    val deep = isOn(formatOptions, "recursiveFileLookup") || pattern.exists(_.contains("/")) || files.exists(_.contains("/"))
    def inside(status: FileStatus): Seq[FileStatus] =
      if (!status.isDirectory) Seq(status)
      else fs.listStatus(status.getPath).toSeq.filterNot(child => "._".contains(child.getPath.getName.head))
        .filter(child => deep || !child.isDirectory || child.getPath.getName.contains("=")).flatMap(inside)
    val found = roots.flatMap(inside).sortBy(_.getPath.toString)
    val root = roots.head.getPath.toUri.getPath
    def relative(file: FileStatus) = file.getPath.toUri.getPath.stripPrefix(root).stripPrefix("/")
    val missing = files.filterNot(name => found.exists(relative(_) == name))
    if (missing.nonEmpty)
      throw new UnityRefusal(404, "PATH_NOT_FOUND", s"Path does not exist: $source/${missing.head}. SQLSTATE: 42K03")
    val matcher = pattern.map(glob => FileSystems.getDefault.getPathMatcher("glob:" + glob))
    found.filter(file => files.isEmpty || files.contains(relative(file)))
      .filter(file => matcher.forall(_.matches(Paths.get(relative(file)))))
  }

  private def isGlob = source.exists("*?[{".contains(_))

  // Clients of the API read the columns in the record, and mergeSchema may have brought some.
  private def describe(session: ClassicSession): Unit = {
    val parts = session.sessionState.sqlParser.parseMultipartIdentifier(target)
    val manager = session.sessionState.catalogManager
    val full = Seq(manager.currentCatalog.name +: manager.currentNamespace.toSeq).flatMap(_.take(3 - parts.length)) ++ parts
    if (isOn(copyOptions, "mergeSchema") && full.length == 3) manager.catalog(full.head) match {
      case catalog: UnityCatalog => catalog.describe(full.tail)
      case _ =>
    }
  }

  private def isOn(options: Map[String, String], name: String) =
    options.exists { case (key, value) => key.equalsIgnoreCase(name) && value.equalsIgnoreCase("true") }
}

object CopyInto {
  private val Source = "copy_into_source"

  def parse(words: Words): LogicalPlan = {
    val target = words.name(3).map(part => "`" + part.replace("`", "``") + "`").mkString(".")
    val columns = if (words.take("BY", "POSITION")) Some(Nil) else if (words.take("(")) Some(names(words)) else None
    words.expect("FROM")
    val (source, selected) = from(words)
    var copy = CopyInto(target, columns, source, selected, "", Nil, None, Map.empty, Map.empty)
    while (!words.isAtEnd) copy = clause(words, copy)
    if (copy.format.isEmpty) words.refuse("FILEFORMAT is missing")
    if (copy.files.nonEmpty && copy.pattern.isDefined) words.refuse("FILES and PATTERN exclude each other")
    copy
  }

  private def from(words: Words): (String, Option[String]) =
    if (words.take("(")) {
      words.expect("SELECT")
      val list = words.textUntil("FROM")
      words.expect("FROM")
      val path = words.string()
      words.expect(")")
      (path, Some(list))
    } else (words.string(), None)

  private def clause(words: Words, copy: CopyInto): CopyInto =
    if (words.take("FILEFORMAT")) {
      words.expect("=")
      copy.copy(format = words.next().toLowerCase)
    } else if (words.take("FILES")) {
      words.expect("=")
      copy.copy(files = words.strings())
    } else if (words.take("PATTERN")) {
      words.expect("=")
      copy.copy(pattern = Some(words.string()))
    } else if (words.take("FORMAT_OPTIONS")) copy.copy(formatOptions = words.options())
    else if (words.take("COPY_OPTIONS")) copy.copy(copyOptions = words.options())
    else if (words.take("WITH"))
      words.refuse("credentials stand in the cluster's spark_conf here (as {{secrets/scope/key}}), not in WITH")
    else if (words.take("VALIDATE")) words.refuse("VALIDATE is not here: load into a table of its own")
    else words.refuse(s"${words.next()} was not expected")

  private def names(words: Words): Seq[String] = {
    var found = words.name(1)
    while (words.take(",")) found = found ++ words.name(1)
    words.expect(")")
    found
  }
}
