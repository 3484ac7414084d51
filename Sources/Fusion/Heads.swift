import Layers
import Tensors

/// Says for each finding whether it is there: a logit from the finding's pooled token and from the complaint.
struct FindingHead {
  private let count: Int
  private let weight: Parameter
  private let fromComplaint: Linear

  init(_ name: String, count: Int, visionWidth: Int, textSize: Int, in parameters: ParameterSet) throws {
    self.count = count
    weight = try parameters.declare(
      name + ".weight", [count, visionWidth], .fanIn(visionWidth), decays: true)
    fromComplaint = try Linear(
      name + ".complaint", from: textSize, to: count, bias: true, initial: .zeros, in: parameters)
  }

  /// pooled: [studies × findings, vision width]; complaint: [studies, text size]. The result: [studies, findings].
  func callAsFunction(_ pooled: Tensor?, complaint: Tensor, _ tape: Tape) throws -> Tensor {
    let fromText = try fromComplaint(complaint, tape)
    guard let pooled else { return fromText }
    let repeated = try tape.gatherRows(
      weight.tensor, Tensor(indices: (0..<pooled.rowCount).map { Int32($0 % count) }, on: tape.device))
    let fromImages = try tape.rowDots(pooled, repeated).reshaped([complaint.rowCount, count])
    return try tape.add(fromText, fromImages)
  }
}

/// Names one class for the study, from what was pooled from its images and from the complaint.
struct ClassHead {
  private let fromFindings: Linear?
  private let fromComplaint: Linear
  private let output: Linear

  init(
    _ name: String, classes: Int, findings: Int, visionWidth: Int, textSize: Int, in parameters: ParameterSet
  ) throws {
    let size = 2 * textSize
    fromFindings =
      findings > 0
      ? try Linear(
        name + ".visual", from: findings * visionWidth, to: size, bias: false, in: parameters) : nil
    fromComplaint = try Linear(name + ".complaint", from: textSize, to: size, bias: true, in: parameters)
    output = try Linear(name + ".output", from: size, to: classes, bias: true, in: parameters)
  }

  /// pooled: [studies × queries, vision width]; complaint: [studies, text size]. The result: [studies, classes].
  func callAsFunction(
    _ pooled: Tensor?, complaint: Tensor, dropout: Float, _ tape: Tape
  ) throws -> Tensor {
    var hidden = try fromComplaint(complaint, tape)
    if let pooled, let fromFindings {
      let flat = try pooled.reshaped([complaint.rowCount, pooled.count / complaint.rowCount])
      hidden = try tape.add(hidden, fromFindings(tape.dropout(flat, probability: dropout), tape))
    }
    return try output(tape.dropout(tape.activate(hidden, .gelu), probability: dropout), tape)
  }
}
