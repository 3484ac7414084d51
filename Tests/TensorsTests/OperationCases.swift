import Tensors
import Testing

extension OperationCase {
  static let all =
    elementwise + activations + products + rows + normalisations + attentions + experts

  private static let elementwise = [
    OperationCase(name: "add", rows: ["a", "b"]) { try $0.add($1["a"], $1["b"]) },
    OperationCase(name: "scale", rows: ["x"]) { try $0.scale($1["x"], by: -0.7) },
    OperationCase(name: "multiply", rows: ["a", "b"]) { try $0.multiply($1["a"], $1["b"]) },
  ]

  private static let activations: [OperationCase] = {
    let kinds: [(String, Activation)] = [
      ("relu", .relu), ("silu", .silu), ("gelu", .gelu), ("geluTanh", .geluTanh), ("quickGelu", .quickGelu),
      ("tanh", .tanh), ("sigmoid", .sigmoid),
    ]
    return kinds.flatMap { name, kind in
      [
        OperationCase(name: name, rows: ["x"], isSmooth: kind != .relu) { try $0.activate($1["x"], kind) },
        OperationCase(name: name + "Gated", rows: ["gate", "up"], isSmooth: kind != .relu) {
          try $0.gated($1["gate"], $1["up"], kind)
        },
      ]
    }
  }()

  private static let products = [
    OperationCase(name: "linear", rows: ["x"], shared: ["weight", "bias"]) {
      try $0.linear($1["x"], $1["weight"], bias: $1["bias"])
    },
    OperationCase(name: "linearHalf", rows: ["x"], constants: ["weight"]) {
      try $0.linear($1["x"], $1["weight"].converted(to: .bfloat16))
    },
    OperationCase(name: "convolution", rows: ["x"], shared: ["weight", "bias"]) { tape, inputs in
      let image = Tape.ImageShape(images: 2 * inputs.copies, height: 9, width: 7)
      let (y, size) = try tape.convolution(
        inputs["x"], image, weight: inputs["weight"], bias: inputs["bias"], stride: 2, padding: 1)
      #expect(size.height == 5 && size.width == 4)
      return y
    },
    OperationCase(name: "convolutionOfOne", rows: ["x"], shared: ["weight", "bias"]) { tape, inputs in
      let image = Tape.ImageShape(images: 2 * inputs.copies, height: 9, width: 7)
      return try tape.convolution(
        inputs["x"], image, weight: inputs["weight"], bias: inputs["bias"], stride: 1, padding: 0
      ).0
    },
    OperationCase(name: "patches", rows: ["x"]) { try $0.patches($1["x"], size: 4) },
  ]

  private static let rows = [
    OperationCase(name: "gatherRows", shared: ["table"], indices: ["indices"]) {
      try $0.gatherRows($1["table"], $1["indices"])
    },
    OperationCase(name: "concatenateRows", rows: ["a", "b"], canRepeat: false) {
      try $0.concatenateRows([$1["a"], $1["b"], $1["a"]])
    },
    OperationCase(name: "addRowVector", rows: ["x"], shared: ["vector"]) {
      try $0.addRowVector($1["x"], $1["vector"])
    },
    OperationCase(name: "rowDots", rows: ["a", "b"]) { try $0.rowDots($1["a"], $1["b"]) },
    OperationCase(name: "rangeMeans", rows: ["x"]) { tape, inputs in
      let ranges = (0..<inputs.copies).flatMap { copy in
        [0..<4, 4..<5, 5..<5, 3..<9].map { $0.lowerBound + 9 * copy..<$0.upperBound + 9 * copy }
      }
      return try tape.rangeMeans(inputs["x"], ranges)
    },
  ]

  private static let normalisations = [
    OperationCase(name: "rmsNorm", rows: ["x"], shared: ["weight"]) {
      try $0.rmsNorm($1["x"], weight: $1["weight"], epsilon: 1e-5)
    },
    OperationCase(name: "rmsNormOfHeads", rows: ["x"], shared: ["weight"]) {
      try $0.rmsNorm($1["x"], weight: $1["weight"], epsilon: 1e-5)
    },
    OperationCase(name: "layerNorm", rows: ["x"], shared: ["weight", "bias"]) {
      try $0.layerNorm($1["x"], weight: $1["weight"], bias: $1["bias"], epsilon: 1e-5)
    },
    OperationCase(
      name: "batchNorm", rows: ["x"], shared: ["weight", "bias"], constants: ["mean", "variance"],
      isTraining: true
    ) {
      try $0.batchNorm(
        $1["x"], weight: $1["weight"], bias: $1["bias"], runningMean: $1["mean"],
        runningVariance: $1["variance"],
        epsilon: 1e-5, momentum: 0.1, usesBatch: $0.isTraining)
    },
  ]

  private static let attentions = [
    OperationCase(
      name: "rotary", rows: ["x"], indices: ["positions"], constants: ["frequencies"]
    ) {
      try $0.rotary(
        $1["x"], heads: 3, positions: $1["positions"], frequencies: $1["frequencies"], interleaved: false)
    },
    OperationCase(
      name: "rotaryInterleaved", rows: ["x"], indices: ["positions"], constants: ["frequencies"]
    ) {
      try $0.rotary(
        $1["x"], heads: 3, positions: $1["positions"], frequencies: $1["frequencies"], interleaved: true)
    },
    attention(
      "attentionCausal", AttentionShape(queryHeads: 4, keyHeads: 2, headSize: 8, isCausal: true),
      rows: (13, 13),
      [
        AttentionRange(queries: 0..<6, keys: 0..<6), AttentionRange(queries: 6..<13, keys: 6..<13),
      ]),
    attention(
      "attentionCross", AttentionShape(queryHeads: 2, keyHeads: 2, headSize: 12, isCausal: false),
      rows: (11, 11), crossRanges),
    attention(
      "attentionCached", AttentionShape(queryHeads: 4, keyHeads: 1, headSize: 16, isCausal: true),
      rows: (4, 17),
      [
        AttentionRange(queries: 0..<1, keys: 0..<8, position: 7),
        AttentionRange(queries: 1..<4, keys: 8..<17, position: 6),
      ]),
    attention(
      "attentionWindow",
      AttentionShape(queryHeads: 2, keyHeads: 1, headSize: 8, isCausal: true, window: 3, prefix: 2),
      rows: (15, 15),
      [
        AttentionRange(queries: 0..<9, keys: 0..<9), AttentionRange(queries: 9..<15, keys: 9..<15),
      ]),
    OperationCase(name: "gatedResidual", rows: ["x", "branch"], shared: ["gate"], bytes: ["mask"]) {
      try $0.gatedResidual(
        $1["x"], branch: $1["branch"], gate: $1["gate"], squash: true, mask: $1["mask"])
    },
    OperationCase(name: "gatedResidualPlain", rows: ["x", "branch"], shared: ["gate"]) {
      try $0.gatedResidual($1["x"], branch: $1["branch"], gate: $1["gate"], squash: false, mask: nil)
    },
  ]

  /// Ranges that share keys, one of them without any.
  private static let crossRanges = [
    AttentionRange(queries: 0..<5, keys: 0..<9), AttentionRange(queries: 5..<7, keys: 9..<9),
    AttentionRange(queries: 7..<11, keys: 3..<11),
  ]

  /// An attention case; its ranges move on by `rows` of queries and keys with every repetition.
  private static func attention(
    _ name: String, _ shape: AttentionShape, rows: (queries: Int, keys: Int), _ ranges: [AttentionRange]
  ) -> OperationCase {
    OperationCase(name: name, rows: ["q", "k", "v"]) { tape, inputs in
      let repeated = (0..<inputs.copies).flatMap { copy in
        ranges.map { range in
          let queries = rows.queries * copy
          let keys = rows.keys * copy
          return AttentionRange(
            queries: range.queries.lowerBound + queries..<range.queries.upperBound + queries,
            keys: range.keys.lowerBound + keys..<range.keys.upperBound + keys, position: range.position)
        }
      }
      return try tape.attention(inputs["q"], inputs["k"], inputs["v"], shape, repeated)
    }
  }
}
