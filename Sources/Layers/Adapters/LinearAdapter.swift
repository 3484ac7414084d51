import Tensors

/// The adapter of one linear layer, y = x Wᵀ + b with W frozen. Parameters as in PEFT: `lora_A.weight` [rank, in],
/// `lora_B.weight` [out, rank], and for DoRA `lora_magnitude_vector` [out].
public final class LinearAdapter {
  /// The name of the layer.
  public let name: String
  let weight: Parameter
  let down: Parameter
  let up: Parameter
  let magnitude: Parameter?
  /// Whether the weight has the adapter in it.
  public private(set) var isMerged = false

  private let configuration: AdapterConfiguration
  /// The squared length of each row of the weight, which is frozen.
  private var squaredLengths: [Double]?
  /// Magnitude ÷ length of each row, kept while nothing is trained.
  private var knownFactors: Tensor?

  init(
    _ name: String, _ weight: Parameter, _ configuration: AdapterConfiguration, in parameters: ParameterSet
  ) throws {
    self.name = name
    self.weight = weight
    self.configuration = configuration
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let name = AdapterSet.prefix + name
    down = try parameters.declare(
      name + ".lora_A.weight", [configuration.rank, inputs],
      .uniform(bound: 1 / Float(max(1, inputs)).squareRoot()), decays: true)
    up = try parameters.declare(name + ".lora_B.weight", [outputs, configuration.rank], .zeros, decays: true)
    magnitude =
      configuration.isDecomposed
      ? try parameters.declare(name + ".lora_magnitude_vector", [outputs], .ones) : nil
  }

  var parameters: [Parameter] { [down, up] + (magnitude.map { [$0] } ?? []) }

  /// The layer with its adapter. x: [rows, in]; the result: [rows, out].
  func callAsFunction(_ x: Tensor, bias: Tensor?, _ tape: Tape) throws -> Tensor {
    let dropped = try tape.dropout(x, probability: Float(configuration.dropout))
    let lower = try tape.scale(tape.linear(dropped, down.tensor), by: configuration.scale)
    let addition = try tape.linear(lower, up.tensor)
    guard let factors = try factors(tape) else {
      return try tape.add(tape.linear(x, weight.tensor, bias: bias), addition)
    }
    let plain = try tape.linear(dropped, weight.tensor)
    let scaled = try tape.scaleColumns(tape.add(plain, addition), by: factors)
    if dropped === x { return try bias.map { try tape.addRowVector(scaled, $0) } ?? scaled }
    // What is dropped from the adapter's input is not dropped from the layer's: PEFT's order.
    let whole = try tape.linear(x, weight.tensor, bias: bias)
    return try tape.add(whole, tape.add(scaled, tape.scale(plain, by: -1)))
  }

  // MARK: Magnitudes (Liu et al. 2024, section 4.3: the lengths count as constants on the way back)

  /// Magnitude ÷ length of each row of the weight with its addition; nil unless DoRA. [out]
  private func factors(_ tape: Tape) throws -> Tensor? {
    guard let magnitude else { return nil }
    if tape.isRecording { knownFactors = nil }
    if let knownFactors { return knownFactors }
    let inverse = try lengths().map { Float(1 / $0) }
    let factors = try tape.multiply(
      magnitude.tensor, Tensor(inverse, [inverse.count], on: weight.tensor.device))
    if !tape.isRecording { knownFactors = factors }
    return factors
  }

  /// ‖W + s B A‖ of each row, from ‖W‖², B (A Wᵀ) and B (A Aᵀ) Bᵀ, so that the sum itself is never made.
  private func lengths() throws -> [Double] {
    let squares = try squaredLengths ?? weightRows().map { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    squaredLengths = squares
    let rank = configuration.rank
    let scale = Double(configuration.scale)
    let tape = Tape(inference: weight.tensor.device)
    let crossed = try tape.linear(down.tensor, weight.tensor).values()
    let gram = try tape.linear(down.tensor, down.tensor).values()
    let ups = try up.tensor.values()
    let outputs = squares.count
    return squares.indices.map { row in
      var sum = squares[row]
      for first in 0..<rank {
        let factor = scale * Double(ups[row * rank + first])
        if factor == 0 { continue }
        var inner = 2 * Double(crossed[first * outputs + row])
        for second in 0..<rank {
          inner += scale * Double(gram[first * rank + second]) * Double(ups[row * rank + second])
        }
        sum += factor * inner
      }
      return max(sum, 0).squareRoot()
    }
  }

  private func weightRows() throws -> [ArraySlice<Float>] {
    let values = try weight.tensor.values()
    let columns = weight.shape[1]
    return (0..<weight.shape[0]).map { values[$0 * columns..<($0 + 1) * columns] }
  }

  func forgetFactors() { (knownFactors, squaredLengths) = (nil, nil) }

  /// Sets the magnitudes to the lengths of the weight's rows, as DoRA begins.
  func takeMagnitudes() throws {
    forgetFactors()
    try magnitude?.tensor.write(lengths().map(Float.init))
  }

  // MARK: Merging

  func merge() throws {
    guard weight.tensor.dtype == .float32 else {
      throw LayersError.configuration(
        place: name,
        reason: "its weight is stored in \(weight.tensor.dtype), but adapters are merged in float32")
    }
    let device = weight.tensor.device
    let tape = Tape(inference: device)
    let scaled = try tape.scale(up.tensor, by: configuration.scale)
    // B A as a product by the transposed A: rows of A become columns.
    let transposed = try transpose(down.tensor.values(), rows: configuration.rank, on: device)
    var merged = try tape.add(weight.tensor, tape.linear(scaled, transposed))
    if let magnitude {
      let lengths = try lengths()
      let magnitudes = try magnitude.tensor.values()
      var values = try merged.values()
      let columns = weight.shape[1]
      for (row, length) in lengths.enumerated() {
        let factor = Float(Double(magnitudes[row]) / length)
        for index in row * columns..<(row + 1) * columns { values[index] *= factor }
      }
      merged = try Tensor(values, weight.shape, on: device)
    }
    try weight.tensor.copy(from: merged)
    isMerged = true
  }

  private func transpose(_ values: [Float], rows: Int, on device: Device) throws -> Tensor {
    let columns = values.count / rows
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return try Tensor(result, [columns, rows], on: device)
  }
}
