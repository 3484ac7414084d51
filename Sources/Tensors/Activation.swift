internal import CKernels

/// Elementwise nonlinearities.
public enum Activation: Sendable {
  case relu
  /// x σ(x).
  case silu
  /// Exact, with the error function (Hendrycks & Gimpel 2016).
  case gelu
  /// GELU's tanh approximation.
  case geluTanh
  /// x σ(1.702 x), as CLIP has it.
  case quickGelu
  case tanh
  case sigmoid

  var code: lb_activation {
    switch self {
    case .relu: LB_RELU
    case .silu: LB_SILU
    case .gelu: LB_GELU
    case .geluTanh: LB_GELU_TANH
    case .quickGelu: LB_QUICK_GELU
    case .tanh: LB_TANH
    case .sigmoid: LB_SIGMOID
    }
  }
}

extension Tape {
  public func activate(_ x: Tensor, _ kind: Activation) throws -> Tensor {
    let y = try result(x.shape, from: [x])
    try device.run("activation") { $0.activation_forward?($1, kind.code, x.floats, y.floats, Int64(y.count)) }
    record(y) { [device] gradient in
      let target = try x.gradient.target()
      try device.run("activation") {
        $0.activation_backward?($1, kind.code, x.floats, gradient, target, Int64(x.count))
      }
    }
    return y
  }

  /// activation(gate) × up: the middle of a gated feed-forward layer (Shazeer 2020).
  public func gated(_ gate: Tensor, _ up: Tensor, _ kind: Activation) throws -> Tensor {
    try requireSameShape(gate, up, "gated")
    let y = try result(gate.shape, from: [gate, up])
    try device.run("gated") {
      $0.gated_forward?($1, kind.code, gate.floats, up.floats, y.floats, Int64(y.count))
    }
    record(y) { [device] gradient in
      let gateTarget = try gate.gradient.target()
      let upTarget = try up.gradient.target()
      try device.run("gated") {
        $0.gated_backward?(
          $1, kind.code, gate.floats, up.floats, gradient, gateTarget, upTarget, Int64(up.count))
      }
    }
    return y
  }
}
