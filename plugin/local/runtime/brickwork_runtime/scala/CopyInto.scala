package org.apache.spark.sql.brickwork
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
object CopyInto { def parse(words: Words): LogicalPlan = words.refuse("not yet") }
