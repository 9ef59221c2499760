package org.apache.spark.sql.brickwork

import java.net.{URI, URLEncoder}
import java.net.http.{HttpClient, HttpRequest, HttpResponse}
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Duration

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import com.fasterxml.jackson.databind.node.ObjectNode

import org.apache.spark.sql.{AnalysisException, SparkSession}
import org.apache.spark.sql.classic.{SparkSession => ClassicSession}
import org.apache.spark.sql.internal.SQLConf

/** An answer of the workspace that is an error, with its own words; for Python an AnalysisException as Spark's own. */
class UnityRefusal(val status: Int, val code: String, message: String)
    extends AnalysisException(s"[$code] $message", None, None, None, None, Map.empty[String, String])

/**
 * The workspace's Unity Catalog API, with the token of the task that a session belongs to: so owners and refusals are
 * those of the user that the task runs as, whichever tasks share this JVM.
 */
class UnityRest(url: String, token: String) {
  def get(path: String): JsonNode = ask("GET", path, None)
  def post(path: String, body: ObjectNode): JsonNode = ask("POST", path, Some(body))
  def patch(path: String, body: ObjectNode): JsonNode = ask("PATCH", path, Some(body))
  def delete(path: String): Unit = ask("DELETE", path, None)

  /** The records of a list, through all of its pages. */
  def list(kind: String, arguments: String = ""): Seq[JsonNode] = {
    val answer = get(s"/api/2.1/unity-catalog/$kind?$arguments")
    val found = Option(answer.get(kind)).map(_.elements().asScala.toSeq).getOrElse(Nil)
    Option(answer.get("next_page_token")).map(_.asText) match {
      case Some(page) =>
        found ++ list(kind, arguments.replaceAll("(&|^)page_token=.*", "") + "&page_token=" + UnityRest.quoted(page))
      case None => found
    }
  }

  private def ask(method: String, path: String, body: Option[ObjectNode]): JsonNode = {
    val publisher = body.map(node => HttpRequest.BodyPublishers.ofString(node.toString))
    val request = HttpRequest.newBuilder(URI.create(url + path))
      .timeout(Duration.ofSeconds(60))
      .header("Authorization", s"Bearer $token")
      .header("Content-Type", "application/json")
      .method(method, publisher.getOrElse(HttpRequest.BodyPublishers.noBody()))
      .build()
    val answer = UnityRest.client.send(request, HttpResponse.BodyHandlers.ofString(UTF_8))
    val node = if (answer.body.isEmpty) UnityRest.mapper.createObjectNode() else UnityRest.mapper.readTree(answer.body)
    if (answer.statusCode >= 300)
      throw new UnityRefusal(answer.statusCode, node.path("error_code").asText("INTERNAL_ERROR"),
        node.path("message").asText(s"$method $path was answered with ${answer.statusCode}"))
    node
  }
}

object UnityRest {
  val UrlKey = "spark.brickwork.url"
  val TokenKey = "spark.brickwork.token" // Spark redacts what is named so
  val mapper = new ObjectMapper()
  // HTTP/1.1, since the workspace speaks nothing else and an upgrade would cost a request.
  private lazy val client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

  /** None in a session that no workspace opened. */
  def of(conf: SQLConf): Option[UnityRest] =
    for {
      url <- Option(conf.getConfString(UrlKey, null))
      token <- Option(conf.getConfString(TokenKey, null))
    } yield new UnityRest(url, token)

  /** Of the session itself: while a view is read, SQLConf.get holds the settings of that view. */
  def required(session: SparkSession): UnityRest = of(session.asInstanceOf[ClassicSession].sessionState.conf).getOrElse(
    throw new UnityRefusal(400, "UC_NOT_ENABLED", "This Spark application was not started by a workspace: it has no catalogs."))

  def quoted(text: String): String = URLEncoder.encode(text, UTF_8).replace("+", "%20")
  def node(): ObjectNode = mapper.createObjectNode()
}
