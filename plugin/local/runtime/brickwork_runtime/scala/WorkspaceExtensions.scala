package org.apache.spark.sql.brickwork

import org.apache.spark.sql.{SparkSession, SparkSessionExtensions}
import org.apache.spark.sql.catalyst.parser.ParserInterface

/** What a workspace adds to Spark SQL: named in spark.sql.extensions, behind Delta Lake's own. */
class WorkspaceExtensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit =
    extensions.injectParser((session: SparkSession, parser: ParserInterface) => new WorkspaceParser(session, parser))
}
