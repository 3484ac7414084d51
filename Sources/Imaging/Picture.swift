internal import CImaging

/// A decoded PNG or JPEG: grey samples as displayed.
struct Picture {
  let header: imaging_picture
  /// `width * height`, row-major, 0 (black) ... `header.maximum` (white).
  let samples: [UInt16]

  var width: Int { Int(header.width) }
  var height: Int { Int(header.height) }
  var format: ImageFormat { header.format == IMAGING_FORMAT_PNG ? .png : .jpeg }

  init(_ bytes: UnsafeRawBufferPointer, path: String, pixelLimit: Int) throws(ImagingError) {
    var header = imaging_picture()
    try ImagingError.check(path) { message, size in
      imaging_picture_open(bytes.baseAddress, bytes.count, UInt64(max(pixelLimit, 0)), &header, message, size)
    }
    var samples = [UInt16](repeating: 0, count: Int(header.width) * Int(header.height))
    try ImagingError.check(path) { message, size in
      imaging_picture_decode(bytes.baseAddress, bytes.count, &header, &samples, message, size)
    }
    self.header = header
    self.samples = samples
  }

  /// From pixel coordinates as displayed to those in the file, undoing the EXIF orientation.
  var toSource: PixelTransform {
    let (width, height) = (Double(header.stored_width), Double(header.stored_height))
    return switch header.orientation {
    case 2: PixelTransform(xx: -1, xy: 0, x0: width, yx: 0, yy: 1, y0: 0)
    case 3: PixelTransform(xx: -1, xy: 0, x0: width, yx: 0, yy: -1, y0: height)
    case 4: PixelTransform(xx: 1, xy: 0, x0: 0, yx: 0, yy: -1, y0: height)
    case 5: PixelTransform(xx: 0, xy: 1, x0: 0, yx: 1, yy: 0, y0: 0)
    case 6: PixelTransform(xx: 0, xy: 1, x0: 0, yx: -1, yy: 0, y0: height)
    case 7: PixelTransform(xx: 0, xy: -1, x0: width, yx: -1, yy: 0, y0: height)
    case 8: PixelTransform(xx: 0, xy: -1, x0: width, yx: 1, yy: 0, y0: 0)
    default: .identity
    }
  }
}
