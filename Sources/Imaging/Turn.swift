/// How a stored frontal picture must be turned to stand upright with the patient's left on the viewer's right.
struct Turn: Equatable {
  /// Where the stored columns run as seen upright: x to the patient's left, y to the feet.
  let across: (x: Int, y: Int)
  /// Where the stored rows run.
  let down: (x: Int, y: Int)

  static let none = Turn(across: (1, 0), down: (0, 1))

  init(across: (x: Int, y: Int), down: (x: Int, y: Int)) {
    self.across = across
    self.down = down
  }

  /// From Patient Orientation (0020,0020), such as "L\F"; nil when it does not describe a frontal picture.
  init?(patientOrientation: [String]) {
    func direction(_ letters: String) -> (x: Int, y: Int)? {
      switch letters.first {
      case "L": (1, 0)
      case "R": (-1, 0)
      case "F": (0, 1)
      case "H": (0, -1)
      default: nil
      }
    }
    guard patientOrientation.count == 2, let across = direction(patientOrientation[0]),
      let down = direction(patientOrientation[1]), across.x * down.x + across.y * down.y == 0
    else { return nil }
    self.init(across: across, down: down)
  }

  static func == (left: Turn, right: Turn) -> Bool { left.across == right.across && left.down == right.down }

  /// The stored picture is a mirror image.
  var isMirrored: Bool { across.x * down.y - across.y * down.x < 0 }

  /// Turns `width * height` pixels; gives the new size and the way back to stored coordinates.
  func applied(
    to pixels: [Float], width: Int, height: Int
  ) -> (pixels: [Float], width: Int, height: Int, toStored: PixelTransform) {
    if self == .none { return (pixels, width, height, .identity) }
    let newWidth = across.x != 0 ? width : height
    let newHeight = across.x != 0 ? height : width
    let startX = across.x < 0 || down.x < 0 ? newWidth - 1 : 0
    let startY = across.y < 0 || down.y < 0 ? newHeight - 1 : 0
    let columnStep = across.y * newWidth + across.x
    let rowStep = down.y * newWidth + down.x
    let turned = [Float](unsafeUninitializedCapacity: pixels.count) { output, count in
      for row in 0..<height {
        var place = startY * newWidth + startX + row * rowStep
        for column in 0..<width {
          output[place] = pixels[row * width + column]
          place += columnStep
        }
      }
      count = pixels.count
    }
    // The inverse of a turn is its transpose; its origin is a corner.
    let originX = startX == 0 ? 0.0 : Double(newWidth)
    let originY = startY == 0 ? 0.0 : Double(newHeight)
    let toStored = PixelTransform(
      xx: Double(across.x), xy: Double(across.y),
      x0: -Double(across.x) * originX - Double(across.y) * originY,
      yx: Double(down.x), yy: Double(down.y), y0: -Double(down.x) * originX - Double(down.y) * originY)
    return (turned, newWidth, newHeight, toStored)
  }
}
