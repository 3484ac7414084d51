internal import CKernels

/// Matrix products and convolutions.
extension Tape {
  /// x weightᵀ + bias. x: [rows, in]; weight: [out, in], float32 or bfloat16; bias: [out]; the result: [rows, out].
  public func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try require(x.columnCount == weight.columnCount, "linear", "\(x.shape) by the weight \(weight.shape)")
    try require(
      bias.map { $0.count == weight.rowCount } ?? true, "linear", "the bias does not fit the weight")
    let y = try result([x.rowCount, weight.rowCount], from: [x, weight] + (bias.map { [$0] } ?? []))
    try device.run("matmul") {
      $0.matmul?($1, x.matrix, false, weight.matrix, true, y.matrix, false, bias?.floats)
    }
    let (input, output) = (x.matrix, y.matrix)
    // The values of x are for the weight's gradient; a frozen weight needs none.
    let kept = weight.needsGradient ? x : nil
    record(y) { [device, place = x.gradient] gradient in
      let gradientMatrix = output.at(gradient)
      if place.isWanted {
        let target = try place.target()
        let destination = input.at(target.data)
        try device.run("matmul") {
          $0.matmul?($1, gradientMatrix, false, weight.matrix, false, destination, target.accumulate, nil)
        }
      }
      if let kept {
        let target = try weight.gradient.target()
        let destination = weight.matrix.at(target.data)
        try device.run("matmul") {
          $0.matmul?($1, gradientMatrix, true, kept.matrix, false, destination, target.accumulate, nil)
        }
      }
      if let bias, bias.needsGradient {
        let target = try bias.gradient.target()
        try device.run("column_sums") {
          $0.column_sums?($1, gradient, output.rows, output.columns, target)
        }
      }
    }
    return y
  }

  /// The size of the images that a convolution runs over, channels last: rows are pixels.
  public struct ImageShape: Sendable {
    public let images: Int
    public let height: Int
    public let width: Int

    public init(images: Int, height: Int, width: Int) {
      self.images = images
      self.height = height
      self.width = width
    }

    /// Pixels of all images.
    public var rowCount: Int { images * height * width }
  }

  /// A two-dimensional convolution. x: [images × height × width, in]; weight: [out, in, kernel, kernel]; bias: [out];
  /// the result: [images × height' × width', out] with size' = (size + 2 padding − kernel) / stride + 1.
  public func convolution(
    _ x: Tensor, _ image: ImageShape, weight: Tensor, bias: Tensor?, stride: Int, padding: Int
  ) throws -> (Tensor, ImageShape) {
    try require(
      weight.shape.count == 4 && weight.shape[2] == weight.shape[3], "convolution", "weight \(weight.shape)")
    let kernel = weight.shape[2]
    try require(
      x.rowCount == image.rowCount && x.columnCount == weight.shape[1] && stride > 0
        && min(image.height, image.width) + 2 * padding >= kernel,
      "convolution", "\(x.shape) as \(image.images) images of \(image.height)×\(image.width)")
    let outputImage = ImageShape(
      images: image.images, height: (image.height + 2 * padding - kernel) / stride + 1,
      width: (image.width + 2 * padding - kernel) / stride + 1)
    let shape = lb_convolution(
      images: Int64(image.images), height: Int64(image.height), width: Int64(image.width),
      input_channels: Int64(weight.shape[1]), output_channels: Int64(weight.shape[0]), kernel: Int32(kernel),
      stride: Int32(stride), padding: Int32(padding))
    let y = try result(
      [outputImage.rowCount, weight.shape[0]], from: [x, weight] + (bias.map { [$0] } ?? []))
    try device.run("convolution") {
      $0.convolution_forward?($1, shape, x.floats, weight.floats, bias?.floats, y.floats)
    }
    record(y) { [device] gradient in
      let unwanted = lb_gradient(data: nil, accumulate: false)
      let inputTarget = try x.gradient.target()
      let weightTarget = try weight.gradient.target()
      let biasTarget = try bias?.gradient.target() ?? unwanted
      try device.run("convolution") {
        $0.convolution_backward?(
          $1, shape, x.floats, weight.floats, gradient, inputTarget, weightTarget, biasTarget)
      }
    }
    return (y, outputImage)
  }

  /// Cuts images into squares of `size` pixels. images: [images, channels, height, width]; the result:
  /// [images × (height/size) × (width/size), channels × size × size] in the order channel, row, column.
  public func patches(_ images: Tensor, size: Int) throws -> Tensor {
    let shape = images.shape
    try require(
      shape.count == 4 && size > 0 && shape[2] % size == 0 && shape[3] % size == 0, "patches",
      "\(shape) into squares of \(size)")
    let dimensions = shape.map(Int64.init)
    let y = try result(
      [shape[0] * (shape[2] / size) * (shape[3] / size), shape[1] * size * size], from: [images])
    try device.run("patches") {
      $0.patches_forward?(
        $1, images.floats, dimensions[0], dimensions[1], dimensions[2], dimensions[3], Int64(size), y.floats)
    }
    record(y) { [device, place = images.gradient] gradient in
      let target = try place.target()
      try device.run("patches") {
        $0.patches_backward?(
          $1, gradient, dimensions[0], dimensions[1], dimensions[2], dimensions[3], Int64(size), target)
      }
    }
    return y
  }
}

extension lb_matrix {
  /// A float32 matrix of the same rows and columns elsewhere.
  func at(_ data: UnsafeMutablePointer<Float>?) -> lb_matrix {
    lb_matrix(data: data, dtype: LB_FLOAT32, rows: rows, columns: columns, stride: columns)
  }
}
