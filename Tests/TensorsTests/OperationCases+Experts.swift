import Tensors
import Testing

extension OperationCase {
  /// Parts of heads, and mixtures of experts.
  static let experts = [
    OperationCase(name: "columns", rows: ["x"]) { try $0.columns(2..<7, of: $1["x"], heads: 3) },
    OperationCase(name: "joinColumns", rows: ["a", "b"]) {
      try $0.joinColumns([$1["a"], $1["b"]], heads: 3, size: 10)
    },
    OperationCase(name: "scaleRows", rows: ["x", "factors"]) {
      try $0.scaleRows($1["x"], by: $1["factors"])
    },
    OperationCase(name: "scatterRows", rows: ["x"], indices: ["indices"], canRepeat: false) {
      try $0.scatterRows($1["x"], $1["indices"], rows: 6)
    },
    OperationCase(
      name: "groupedLinear", rows: ["x"], shared: ["weight0", "weight1", "weight3"], constants: ["weight2"],
      canRepeat: false
    ) { tape, inputs in
      try tape.groupedLinear(
        inputs["x"], (0..<4).map { try inputs["weight\($0)"] }, [0..<1, 1..<4, 4..<4, 4..<30])
    },
    route("routeSoftmax", RouterShape(experts: 8, chosen: 3, score: .softmax, normalises: false, scale: 2.5)),
    route(
      "routeGroups",
      RouterShape(
        experts: 8, chosen: 3, groups: 4, keptGroups: 2, score: .softmax, normalises: true, scale: 2.5)),
    route(
      "routeSigmoid",
      RouterShape(
        experts: 8, chosen: 3, groups: 4, keptGroups: 2, score: .sigmoid, groupWorth: .twoBest,
        normalises: true, scale: 2.5), hasBias: true),
  ]

  private static func route(_ name: String, _ shape: RouterShape, hasBias: Bool = false) -> OperationCase {
    OperationCase(name: name, rows: ["logits"], constants: hasBias ? ["bias"] : []) {
      try $0.route($1["logits"], bias: hasBias ? $1["bias"] : nil, shape).weights
    }
  }
}
