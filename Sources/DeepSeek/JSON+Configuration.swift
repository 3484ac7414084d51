import Groundwork

/// Keys of config.json, checked as they are read.
extension JSON {
  /// A whole number; `standard` where the key is missing or null.
  func integer(_ key: String, default standard: Int? = nil) throws -> Int {
    guard let value = self[key], !value.isNull else {
      if let standard { return standard }
      throw DeepSeekError.configuration(key: key, reason: "is missing")
    }
    guard let number = value.integer else {
      throw DeepSeekError.configuration(key: key, reason: "is \(value.kind), but must be a whole number")
    }
    return number
  }

  /// A whole number above 0 and within reason.
  func size(_ key: String, default standard: Int? = nil) throws -> Int {
    let value = try integer(key, default: standard)
    try DeepSeekError.checkSize(key, value)
    return value
  }

  /// A positive number; `standard` where the key is missing or null.
  func positive(_ key: String, default standard: Double? = nil) throws -> Double {
    guard let value = self[key], !value.isNull else {
      if let standard { return standard }
      throw DeepSeekError.configuration(key: key, reason: "is missing")
    }
    guard let number = value.number, number > 0, number.isFinite else {
      throw DeepSeekError.configuration(key: key, reason: "must be a positive number")
    }
    return number
  }

  /// A number; nil where the key is missing or null.
  func optionalNumber(_ key: String) throws -> Double? {
    guard let value = self[key], !value.isNull else { return nil }
    guard let number = value.number, number.isFinite else {
      throw DeepSeekError.configuration(key: key, reason: "is \(value.kind), but must be a number")
    }
    return number
  }

  /// A token id; the first of a list, as newer models have several end tokens.
  func token(_ key: String) -> Int? { self[key]?.integer ?? self[key]?.array?.first?.integer }
}

extension DeepSeekError {
  static let largestSize = 1 << 24

  static func checkSize(_ key: String, _ value: Int) throws {
    guard (1...largestSize).contains(value) else {
      throw configuration(key: key, reason: "is \(value), but must be from 1 to \(largestSize)")
    }
  }
}
