package org.apache.spark.sql.brickwork

import scala.util.matching.Regex

/** A statement word by word. */
class Words(val text: String) {
  private var rest: List[Regex.Match] = Words.Token.findAllMatchIn(text).filterNot(Words.isSpace).toList
  if (rest.lastOption.exists(_.matched == ";")) rest = rest.init

  def isAtEnd: Boolean = rest.isEmpty

  def take(expected: String*): Boolean = {
    val found = rest.length >= expected.length && rest.zip(expected).forall { case (have, want) => have.matched.equalsIgnoreCase(want) }
    if (found) rest = rest.drop(expected.length)
    found
  }

  def expect(word: String): Unit = if (!take(word)) refuse(s"expected $word")

  def next(): String = {
    if (rest.isEmpty) refuse("it ends too early")
    val word = rest.head.matched
    rest = rest.tail
    word
  }

  /** a.b.c, of at most `most` parts. */
  def name(most: Int): Seq[String] = {
    var parts = Seq(part())
    while (take(".")) parts = parts :+ part()
    if (parts.length > most) refuse(s"${parts.mkString(".")} has too many parts")
    parts
  }

  def string(): String = {
    val word = next()
    if (word.length < 2 || !"'\"".contains(word.head)) refuse(s"expected a string, not $word")
    org.apache.spark.sql.catalyst.util.SparkParserUtils.unescapeSQLString(word)
  }

  def end(): Unit = if (rest.nonEmpty) refuse(s"${rest.head.matched} was not expected")

  def refuse(why: String): Nothing =
    throw new UnityRefusal(400, "PARSE_SYNTAX_ERROR", s"$why, in: ${text.trim.take(200)} SQLSTATE: 42601")

  /** The text from here to `word`, which stands in no parenthesis, with a string behind it. Both stay. */
  def textUntil(word: String): String = {
    val from = rest.headOption.map(_.start).getOrElse(text.length)
    var depth = 0
    while (depth > 0 || !(rest.take(2).map(_.matched) match {
      case List(have, string) => have.equalsIgnoreCase(word) && "'\"".contains(string.head)
      case _ => false
    })) {
      next() match {
        case "(" => depth += 1
        case ")" => depth -= 1
        case _ =>
      }
    }
    text.substring(from, rest.head.start)
  }

  /** ('key' = 'value', key = true) */
  def options(): Map[String, String] = {
    expect("(")
    var found = Map.empty[String, String]
    while (!take(")")) {
      var key = keyOrValue()
      while (take(".")) key += "." + keyOrValue()
      expect("=")
      found += key -> keyOrValue()
      if (!take(",") && !rest.headOption.exists(_.matched == ")")) refuse("expected , or )")
    }
    found
  }

  /** ('a', 'b') */
  def strings(): Seq[String] = {
    expect("(")
    var found = Seq(string())
    while (take(",")) found = found :+ string()
    expect(")")
    found
  }

  private def keyOrValue(): String =
    if (rest.headOption.exists(word => "'\"".contains(word.matched.head))) string() else next()

  private def part(): String = {
    val word = next()
    if (word.startsWith("`")) word.substring(1, word.length - 1).replace("``", "`")
    else if (word.matches("""[\w\-]+""")) word
    else refuse(s"expected a name, not $word")
  }
}

object Words {
  private val Token: Regex = """(?s)\s+|--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|[\w\-]+|.""".r
  private def isSpace(word: Regex.Match) =
    word.matched.isBlank || word.matched.startsWith("--") || word.matched.startsWith("/*")
}
