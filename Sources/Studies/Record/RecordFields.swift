internal import Groundwork

/// The members of one object of a record, taken out by key with their types checked; errors name file, line and key.
struct RecordFields {
  let object: JSONObject
  let file: String
  let line: Int
  /// The key of the object itself, as in `findings[2]`; empty for the record.
  let key: String

  func failure(_ member: String, _ reason: String) -> StudiesError {
    .invalidRecord(file: file, line: line, key: path(of: member), reason: reason)
  }

  /// The value of a key; null counts as absent.
  private func value(_ member: String) -> JSON? {
    guard let value = object[member], !value.isNull else { return nil }
    return value
  }

  func text(_ member: String) throws(StudiesError) -> String? {
    guard let value = value(member) else { return nil }
    guard let text = value.string else { throw failure(member, "expected a string, found \(value.kind)") }
    return text
  }

  func requiredText(_ member: String) throws(StudiesError) -> String {
    guard let text = try text(member) else { throw failure(member, "is required") }
    guard !text.isEmpty else { throw failure(member, "must not be empty") }
    return text
  }

  func number(_ member: String, in range: ClosedRange<Double>) throws(StudiesError) -> Double? {
    guard let value = value(member) else { return nil }
    guard let number = value.number else { throw failure(member, "expected a number, found \(value.kind)") }
    guard range.contains(number) else {
      throw failure(member, "must lie between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  func requiredInteger(_ member: String) throws(StudiesError) -> Int {
    guard let value = value(member) else { throw failure(member, "is required") }
    guard let integer = value.integer else {
      throw failure(member, "expected an integer, found \(value.kind)")
    }
    return integer
  }

  /// A value out of a closed list.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ member: String, _ type: Choice.Type
  ) throws(StudiesError) -> Choice? where Choice.RawValue == String {
    guard let text = try text(member) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let allowed = Choice.allCases.map(\.rawValue)
      let hint = nearest(to: text, among: allowed).map { "; did you mean \($0)?" } ?? ""
      throw failure(member, "\"\(text)\" is none of \(allowed.joined(separator: ", "))\(hint)")
    }
    return choice
  }

  func requiredChoice<Choice: RawRepresentable & CaseIterable>(
    _ member: String, _ type: Choice.Type
  ) throws(StudiesError) -> Choice where Choice.RawValue == String {
    guard let choice = try choice(member, type) else { throw failure(member, "is required") }
    return choice
  }

  /// The objects of a list, each with its own key for errors.
  func objects(_ member: String) throws(StudiesError) -> [RecordFields] {
    guard let value = value(member) else { return [] }
    guard let elements = value.array else { throw failure(member, "expected an array, found \(value.kind)") }
    var fields: [RecordFields] = []
    for (index, element) in elements.enumerated() {
      fields.append(try nested(element, "\(member)[\(index)]"))
    }
    return fields
  }

  func object(_ member: String) throws(StudiesError) -> RecordFields? {
    guard let value = value(member) else { return nil }
    return try nested(value, member)
  }

  func numbers(_ member: String, count: Int) throws(StudiesError) -> [Double]? {
    guard let value = value(member) else { return nil }
    let numbers = value.array?.compactMap(\.number)
    guard let numbers, numbers.count == count, value.array?.count == count else {
      throw failure(member, "expected an array of \(count) numbers")
    }
    return numbers
  }

  /// The members that are not among `known`.
  func rest(besides known: [String]) -> JSONObject {
    JSONObject(object.members.filter { !known.contains($0.key) }.map { ($0.key, $0.value) })
  }

  private func nested(_ value: JSON, _ member: String) throws(StudiesError) -> RecordFields {
    guard let object = value.object else { throw failure(member, "expected an object, found \(value.kind)") }
    return RecordFields(object: object, file: file, line: line, key: path(of: member))
  }

  private func path(of member: String) -> String { key.isEmpty ? member : "\(key).\(member)" }
}
