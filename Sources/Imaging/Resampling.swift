internal import CImaging

/// The kernel of a resize.
public enum ResamplingKernel: String, CaseIterable, Sendable {
  /// A triangle.
  case bilinear
  /// Keys 1981, a = -1/2.
  case bicubic

  var code: imaging_kernel { self == .bilinear ? IMAGING_BILINEAR : IMAGING_BICUBIC }
}

/// Resizing float images, antialiased as Pillow's `Image.resize` does in mode F: on reduction the kernel grows by the scale.
public enum Resampling {
  /// - Parameter pixels: `width * height` values, row-major.
  /// - Returns: `newWidth * newHeight` values, row-major. Bicubic may overshoot the range of its input.
  public static func resize(
    _ pixels: [Float], width: Int, height: Int, toWidth newWidth: Int, height newHeight: Int,
    kernel: ResamplingKernel = .bilinear
  ) -> [Float] {
    var output = [Float](repeating: 0, count: newWidth * newHeight)
    output.withUnsafeMutableBufferPointer { buffer in
      resize(
        pixels, width: width, height: height, into: buffer, width: newWidth, height: newHeight,
        stride: newWidth,
        kernel: kernel)
    }
    return output
  }

  /// Writes the resized image into a larger one; `output` begins at its first pixel and `stride` is the width of the larger.
  static func resize(
    _ pixels: [Float], width: Int, height: Int, into output: UnsafeMutableBufferPointer<Float>,
    width newWidth: Int, height newHeight: Int, stride: Int, kernel: ResamplingKernel
  ) {
    precondition(pixels.count == width * height && width > 0 && height > 0, "pixels do not fill the image")
    precondition(newWidth > 0 && newHeight > 0 && stride >= newWidth, "the new size is empty")
    precondition(output.count >= stride * (newHeight - 1) + newWidth, "the output is too small")
    let isDone = imaging_resize(
      pixels, width, height, kernel.code, output.baseAddress, newWidth, newHeight, stride)
    precondition(isDone, "out of memory")
  }
}
