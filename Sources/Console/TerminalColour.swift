/// A colour of a terminal: 24 bits, or the nearest of the 256 that xterm has.
struct TerminalColour: Equatable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  /// `grey` 0 … 1 with `heat` 0 … 1 over it, from yellow for little to red for much.
  init(grey: Float, heat: Float) {
    let cover = 0.65 * heat
    func mixed(_ warm: Float) -> UInt8 {
      UInt8(max(0, min(255, (grey * (1 - cover) + warm * cover) * 255 + 0.5)))
    }
    red = mixed(1)
    green = mixed(1 - heat)
    blue = mixed(0)
  }

  func foreground(_ colours: Terminal.Colours) -> String { "\u{1B}[38;" + code(colours) + "m" }
  func background(_ colours: Terminal.Colours) -> String { "\u{1B}[48;" + code(colours) + "m" }

  private func code(_ colours: Terminal.Colours) -> String {
    colours == .full ? "2;\(red);\(green);\(blue)" : "5;\(index)"
  }

  /// The place in xterm's palette: a cube of 6 × 6 × 6 from 16 on, and 24 greys 8, 18, … 238 from 232 on.
  var index: Int {
    if red == green, green == blue {
      let grey = Int(red)
      if grey < 4 { return 16 }
      if grey > 246 { return 231 }
      return 232 + min(23, max(0, (grey - 3) / 10))
    }
    return 16 + 36 * Self.step(red) + 6 * Self.step(green) + Self.step(blue)
  }

  /// The nearest of the cube's levels 0, 95, 135, 175, 215, 255.
  private static func step(_ level: UInt8) -> Int {
    level < 48 ? 0 : level < 115 ? 1 : min(5, (Int(level) - 35) / 40)
  }
}
