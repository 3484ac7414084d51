import Tensors
import Testing

/// A result row is the same bits whatever the other rows hold and wherever it lies: one sequence of a batch cannot change
/// its neighbours, and a study read alone gives what it gives in a batch.
struct RowIndependenceTests {
  /// An operation on rows of `width` features, with weights of its own.
  struct RowOperation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (Tape, Tensor) throws -> Tensor
  }

  private static let width = 48

  private static func parameter(_ shape: [Int], on device: Device, stream: UInt32) throws -> Tensor {
    let tensor = try Tensor(shape, on: device)
    try tensor.fillNormal(mean: 0.1, deviation: 1, seed: 9, step: 0, stream: stream)
    return tensor
  }

  static let operations = [
    RowOperation(testDescription: "linear") {
      try $0.linear(
        $1, parameter([100, width], on: $0.device, stream: 1),
        bias: parameter([100], on: $0.device, stream: 2))
    },
    RowOperation(testDescription: "linear of bfloat16") {
      try $0.linear($1, parameter([70, width], on: $0.device, stream: 1).converted(to: .bfloat16))
    },
    RowOperation(testDescription: "rmsNorm") {
      try $0.rmsNorm($1, weight: parameter([width], on: $0.device, stream: 1), epsilon: 1e-5)
    },
    RowOperation(testDescription: "layerNorm") {
      try $0.layerNorm(
        $1, weight: parameter([width], on: $0.device, stream: 1),
        bias: parameter([width], on: $0.device, stream: 2), epsilon: 1e-5)
    },
    RowOperation(testDescription: "gelu") { try $0.activate($1, .gelu) },
    RowOperation(testDescription: "gated") { try $0.gated($1, $1, .silu) },
    RowOperation(testDescription: "add") { try $0.add($1, $1) },
    RowOperation(testDescription: "addRowVector") {
      try $0.addRowVector($1, parameter([width], on: $0.device, stream: 1))
    },
    RowOperation(testDescription: "rowDots") { try $0.rowDots($1, $1) },
    RowOperation(testDescription: "rotary") { tape, x in
      let positions = try Tensor(indices: [Int32](repeating: 5, count: x.rowCount), on: tape.device)
      let frequencies = try parameter([width / 8], on: tape.device, stream: 1)
      return try tape.rotary(x, heads: 4, positions: positions, frequencies: frequencies, interleaved: false)
    },
    RowOperation(testDescription: "batchNorm in use") { tape, x in
      let device = tape.device
      let variance = try Tensor([width], on: device)
      try variance.fillUniform(0.5...2, seed: 1, step: 0, stream: 3)
      return try tape.batchNorm(
        x, weight: parameter([width], on: device, stream: 1), bias: parameter([width], on: device, stream: 2),
        runningMean: parameter([width], on: device, stream: 4), runningVariance: variance, epsilon: 1e-5,
        momentum: 0.1, usesBatch: tape.isTraining)
    },
    RowOperation(testDescription: "crossEntropy") { tape, x in
      try tape.crossEntropy(
        x, targets: Tensor(indices: [Int32](repeating: 7, count: x.rowCount), on: tape.device),
        factors: Tensor([Float](repeating: 1, count: x.rowCount), [x.rowCount], on: tape.device),
        smoothing: 0.1)
    },
    RowOperation(testDescription: "linearCrossEntropy") { tape, x in
      try tape.linearCrossEntropy(
        x, weight: parameter([700, width], on: tape.device, stream: 1),
        targets: Tensor(indices: [Int32](repeating: 7, count: x.rowCount), on: tape.device),
        factors: Tensor([Float](repeating: 1, count: x.rowCount), [x.rowCount], on: tape.device)
      ).losses
    },
    RowOperation(testDescription: "convolution of one pixel") { tape, x in
      let image = Tape.ImageShape(images: x.rowCount, height: 1, width: 1)
      let weight = try parameter([40, width, 3, 3], on: tape.device, stream: 1)
      return try tape.convolution(x, image, weight: weight, bias: nil, stride: 1, padding: 1).0
    },
  ]

  @Test(arguments: InstructionSet.available, operations)
  func aRowIsTheSameBitsAloneAndAmongOthers(
    _ instructions: InstructionSet, _ operation: RowOperation
  ) throws {
    let device = try instructions.device()
    let count = 403
    let together = try Self.parameter([count, Self.width], on: device, stream: 20)
    let tape = Tape(inference: device)
    let y = try operation.run(tape, together)
    let values = try bits(y)
    let columns = values.count / count
    for (first, last) in [(0, 1), (1, 2), (5, 12), (400, 403), (101, 302)] {
      let alone = try Tensor([last - first, Self.width], on: device)
      try alone.copy(from: together.rows(first..<last))
      let part = try bits(operation.run(tape, alone))
      #expect(part == Array(values[first * columns..<last * columns]), "rows \(first) to \(last)")
    }
  }

  /// Not even rows of numbers that are none reach their neighbours.
  @Test(arguments: InstructionSet.available, operations)
  func aRowOfNotANumbersStaysAlone(_ instructions: InstructionSet, _ operation: RowOperation) throws {
    let device = try instructions.device()
    let count = 37
    let clean = try Self.parameter([count, Self.width], on: device, stream: 20)
    let tape = Tape(inference: device)
    let expected = try bits(operation.run(tape, clean))
    let columns = expected.count / count
    let spoilt = try Tensor([count, Self.width], on: device)
    try spoilt.copy(from: clean)
    try spoilt.rows(11..<12).write([Float](repeating: .nan, count: Self.width))
    let values = try bits(operation.run(tape, spoilt))
    #expect(values[..<(11 * columns)] == expected[..<(11 * columns)])
    #expect(values[(12 * columns)...] == expected[(12 * columns)...])
  }

  /// One sequence of a packed batch attends as it does alone.
  @Test(arguments: InstructionSet.available)
  func aSequenceAttendsTheSameAloneAndPacked(_ instructions: InstructionSet) throws {
    let device = try instructions.device()
    let shape = AttentionShape(queryHeads: 4, keyHeads: 2, headSize: 16, isCausal: true)
    let q = try Self.parameter([150, 64], on: device, stream: 1)
    let k = try Self.parameter([150, 32], on: device, stream: 2)
    let v = try Self.parameter([150, 32], on: device, stream: 3)
    let sequences = [0..<70, 70..<71, 71..<150]
    let tape = Tape(inference: device)
    let packed = try bits(
      tape.attention(q, k, v, shape, sequences.map { AttentionRange(queries: $0, keys: $0) }))
    for sequence in sequences {
      let alone = try bits(
        tape.attention(
          q.rows(sequence), k.rows(sequence), v.rows(sequence), shape,
          [AttentionRange(queries: 0..<sequence.count, keys: 0..<sequence.count)]))
      #expect(alone == Array(packed[sequence.lowerBound * 64..<sequence.upperBound * 64]))
    }
  }

  private func bits(_ tensor: Tensor) throws -> [UInt32] { try tensor.values().map(\.bitPattern) }
}
