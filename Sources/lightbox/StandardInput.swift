import Groundwork
import Tokenization

/// JSON values that a command reads from standard input.
enum StandardInput {
  /// A JSON string. `line` is where it stands, for errors; nil when it is the whole input.
  static func string(_ text: String, line: Int?) throws(StandardInputError) -> String {
    let value = try parse(text, line)
    guard let string = value.string else {
      throw StandardInputError(line: line, reason: "expected a JSON string, found \(value.kind)")
    }
    return string
  }

  /// A JSON list of whole numbers that are not negative.
  static func integers(_ text: String, line: Int?) throws(StandardInputError) -> [Int] {
    let value = try parse(text, line)
    guard let elements = value.array else {
      throw StandardInputError(line: line, reason: "expected a JSON list of ids, found \(value.kind)")
    }
    var integers: [Int] = []
    integers.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      guard let integer = element.integer, integer >= 0 else {
        throw StandardInputError(line: line, reason: "element \(place) of the list is not an id")
      }
      integers.append(integer)
    }
    return integers
  }

  /// A JSON list of turns: objects with `role` and `content`.
  static func messages(_ text: String, line: Int?) throws(StandardInputError) -> [ChatMessage] {
    let value = try parse(text, line)
    guard let elements = value.array else {
      throw StandardInputError(line: line, reason: "expected a JSON list of turns, found \(value.kind)")
    }
    var messages: [ChatMessage] = []
    for (place, element) in elements.enumerated() {
      guard let role = element["role"]?.string.flatMap(ChatMessage.Role.init),
        let content = element["content"]?.string
      else {
        throw StandardInputError(
          line: line,
          reason: "turn \(place) needs a role (system, user or assistant) and a content, both strings")
      }
      messages.append(ChatMessage(role, content))
    }
    return messages
  }

  private static func parse(_ text: String, _ line: Int?) throws(StandardInputError) -> JSON {
    do {
      return try JSON(parsing: text)
    } catch {
      let place = line == nil ? "line \(error.line), column \(error.column)" : "column \(error.column)"
      throw StandardInputError(line: line, reason: "not valid JSON at \(place): \(error.reason)")
    }
  }
}

/// Standard input holds something else than the command reads.
struct StandardInputError: Diagnostic {
  let line: Int?
  let reason: String

  var sentence: String { "standard input" + (line.map { ", line \($0)" } ?? "") + ": " + reason }
  var fault: Fault { .data }
}
