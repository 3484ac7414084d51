internal import Imaging
internal import Synchronization

/// Keeps radiographs at the encoder's size between epochs, up to a number of bytes, so that files are decoded once.
final class RadiographCache: Sendable {
  private let limit: Int
  private let state = Mutex<(images: [String: Radiograph], bytes: Int)>(([:], 0))

  init(limit: Int) { self.limit = limit }

  func radiograph(_ path: String, read: () throws -> Radiograph) rethrows -> Radiograph {
    if let kept = state.withLock({ $0.images[path] }) { return kept }
    let image = try read()
    let size = image.pixels.count * MemoryLayout<Float>.size
    state.withLock { state in
      guard state.images[path] == nil, state.bytes + size <= limit else { return }
      state.images[path] = image
      state.bytes += size
    }
    return image
  }
}
