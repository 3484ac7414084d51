import Console
import Tensors

/// `--weights`: how the matrices of a text transformer are kept in memory while a model is used.
enum WeightStorage: String, CaseIterable {
  case float32, bfloat16, int8

  static let names = allCases.map(\.rawValue).joined(separator: "|")

  static let parameter = Parameter.option(
    "weights", names,
    "how the text part's matrices are kept in memory; int8 has a scale for 32 inputs",
    .word(among: allCases.map(\.rawValue)), default: float32.rawValue)

  static func chosen(_ arguments: Arguments) throws -> DType {
    (WeightStorage(rawValue: try arguments[parameter]) ?? .float32).type
  }

  var type: DType {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16Tiles
    case .int8: .int8Tiles
    }
  }
}
