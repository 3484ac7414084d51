import Foundation
import Tensors
import TestSupport
import Testing

/// One operation of the reference file (`tools/reference/operations.py`): what goes in, and how to compute it.
///
/// The same case also serves with its rows repeated many times over, which reaches the paths for large tensors: results and
/// gradients of the repeated inputs then repeat as well, and gradients of the others grow by as many times.
struct OperationCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Inputs with rows of their own, repeated in the large version.
  var rows: [String] = []
  /// Inputs that all rows share, such as weights.
  var shared: [String] = []
  /// int32 inputs, one for each row.
  var indices: [String] = []
  /// uint8 inputs, one for each row.
  var bytes: [String] = []
  /// float32 inputs without a gradient.
  var constants: [String] = []
  var isTraining = false
  /// Without the kinks that finite differences cannot straddle.
  var isSmooth = true
  /// Whether repeated rows give repeated results.
  var canRepeat = true
  let run: @Sendable (Tape, Inputs) throws -> Tensor

  var testDescription: String { name }

  /// The inputs of a case on a device.
  struct Inputs {
    var tensors: [String: Tensor] = [:]
    /// How many times the rows are repeated.
    var copies = 1

    subscript(_ name: String) -> Tensor {
      get throws { try #require(tensors[name], "no input \(name)") }
    }
  }

  func inputs(_ fixture: Fixture, copies: Int = 1, on device: Device) throws -> Inputs {
    var inputs = Inputs(copies: copies)
    for name in rows {
      var shape = try fixture.shape(path(name))
      shape[0] *= copies
      inputs.tensors[name] = try Tensor(
        repeated(try fixture.floats(path(name)), copies), shape, on: device, needsGradient: true)
    }
    for name in shared {
      inputs.tensors[name] = try Tensor(
        try fixture.floats(path(name)), try fixture.shape(path(name)), on: device, needsGradient: true)
    }
    for name in constants {
      inputs.tensors[name] = try Tensor(
        try fixture.floats(path(name)), try fixture.shape(path(name)), on: device)
    }
    for name in indices {
      let values = repeated(try fixture.integers(path(name)), copies)
      inputs.tensors[name] = try Tensor(indices: values.map(Int32.init), on: device)
    }
    for name in bytes {
      let values = repeated(try fixture.integers(path(name)), copies)
      inputs.tensors[name] = try Tensor(bytes: values.map(UInt8.init), on: device)
    }
    return inputs
  }

  func tape(on device: Device) -> Tape {
    isTraining
      ? Tape(training: device, random: Tape.RandomKey(seed: 1, step: 1))
      : Tape(inference: device, recording: true)
  }

  func path(_ tensor: String) -> String { name + "/" + tensor }

  func repeated<Element>(_ values: [Element], _ copies: Int) -> [Element] {
    Array(repeatElement(values, count: copies).joined())
  }
}
