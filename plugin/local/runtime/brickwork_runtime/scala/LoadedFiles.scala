package org.apache.spark.sql.brickwork

import java.nio.channels.FileChannel
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path => LocalPath, StandardOpenOption}
import java.util.UUID

import scala.jdk.CollectionConverters._

import org.apache.hadoop.fs.Path

import org.apache.spark.sql.classic.SparkSession
import org.apache.spark.sql.delta.DeltaLog

/**
 * Which files were loaded into a table. A list is written before the commit and counts once the commit is there: its name
 * is that of a transaction in Delta's log. So a COPY INTO that was killed is one that never was.
 */
class LoadedFiles(session: SparkSession, table: Path) {
  private val directory = new Path(table, "_delta_log/_copy_into_log")
  private val fs = directory.getFileSystem(session.sessionState.newHadoopConf())

  private lazy val known: Set[String] =
    if (!fs.exists(directory)) Set.empty
    else {
      val committed = DeltaLog.forTable(session, table).update().transactions.keySet
      fs.listStatus(directory).filter(status => committed.contains(LoadedFiles.AppId + status.getPath.getName)).flatMap { status =>
        val in = fs.open(status.getPath)
        try UnityRest.mapper.readTree(in.readAllBytes()).elements().asScala.map(_.asText).toSeq
        finally in.close()
      }.toSet
    }

  def contains(file: String): Boolean = known.contains(file)

  /** The id of the transaction that makes it true that `files` were loaded. */
  def prepare(files: Seq[String]): String = {
    val name = UUID.randomUUID().toString
    val out = fs.create(new Path(directory, name), false)
    try out.write(UnityRest.mapper.writeValueAsString(files.asJava).getBytes(UTF_8))
    finally out.close()
    LoadedFiles.AppId + name
  }

  /** Two that load into one table at the same time would both find a file new: one waits, in whichever JVM it is. */
  def locked[T](body: => T): T = LoadedFiles.turn(table.toString).synchronized {
    val place = LocalPath.of(new Path(session.sessionState.conf.warehousePath).toUri.getPath, "__copy_into")
    Files.createDirectories(place)
    val name = UUID.nameUUIDFromBytes(table.toString.getBytes(UTF_8)).toString
    val channel = FileChannel.open(place.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
    try {
      channel.lock()
      body
    } finally channel.close()
  }
}

object LoadedFiles {
  private val AppId = "copy-into-"
  private val turns = new java.util.concurrent.ConcurrentHashMap[String, Object]()
  private def turn(table: String): Object = turns.computeIfAbsent(table, _ => new Object)
}
