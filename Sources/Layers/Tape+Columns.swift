import Tensors

extension Tape {
  /// x times a factor for each column; factors: [columns].
  public func scaleColumns(_ x: Tensor, by factors: Tensor) throws -> Tensor {
    let row = try Tensor(indices: Array(repeating: 0, count: x.rowCount), on: x.device)
    return try multiply(x, gatherRows(factors.reshaped([1, factors.count]), row))
  }
}
