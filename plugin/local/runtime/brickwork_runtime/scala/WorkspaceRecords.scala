// Delta Lake takes a catalog for one that keeps its tables itself, and not in Spark's own catalog, by this package.
package io.unitycatalog.brickwork

import org.apache.spark.sql.brickwork.UnityRecords

class WorkspaceRecords(catalog: String) extends UnityRecords(catalog)
