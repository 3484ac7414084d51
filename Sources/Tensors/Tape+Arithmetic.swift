internal import CKernels

/// Element by element.
extension Tape {
  /// a + b, of one shape.
  public func add(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try requireSameShape(a, b, "add")
    let y = try result(a.shape, from: [a, b])
    try device.run("add") { $0.add?($1, a.floats, b.floats, y.floats, Int64(y.count)) }
    recordPassing(y, to: [a, b])
    return y
  }

  /// factor × x.
  public func scale(_ x: Tensor, by factor: Float) throws -> Tensor {
    let y = try result(x.shape, from: [x])
    let destination = lb_gradient(data: y.floats, accumulate: false)
    try device.run("scale") { $0.scale?($1, x.floats, factor, destination, Int64(y.count)) }
    let count = Int64(y.count)
    record(y) { [device, place = x.gradient] gradient in
      let target = try place.target()
      try device.run("scale") { $0.scale?($1, gradient, factor, target, count) }
    }
    return y
  }

  /// a × b element by element, of one shape.
  public func multiply(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try requireSameShape(a, b, "multiply")
    let y = try result(a.shape, from: [a, b])
    let destination = lb_gradient(data: y.floats, accumulate: false)
    try device.run("multiply") { $0.multiply?($1, a.floats, b.floats, destination, Int64(y.count)) }
    let count = Int64(y.count)
    record(y) { [device] gradient in
      for (input, other) in [(a, b), (b, a)] where input.needsGradient {
        let target = try input.gradient.target()
        try device.run("multiply") { $0.multiply?($1, gradient, other.floats, target, count) }
      }
    }
    return y
  }

  /// Sets each element to zero with probability `probability` and divides the others by 1 − p (Srivastava et al. 2014);
  /// only on a training tape.
  public func dropout(_ x: Tensor, probability: Float) throws -> Tensor {
    guard isTraining, probability > 0 else { return x }
    let y = try result(x.shape, from: [x])
    let random = drawStream()
    let destination = lb_gradient(data: y.floats, accumulate: false)
    try device.run("dropout") { $0.dropout?($1, x.floats, destination, Int64(y.count), probability, random) }
    let count = Int64(y.count)
    record(y) { [device, place = x.gradient] gradient in
      let target = try place.target()
      try device.run("dropout") { $0.dropout?($1, gradient, target, count, probability, random) }
    }
    return y
  }
}
