/// A block of device memory; given back when the last tensor that uses it is gone.
final class Storage {
  let device: Device
  let memory: UnsafeMutableRawPointer
  let bytes: Int

  init(bytes: Int, on device: Device, for operation: String) throws {
    self.device = device
    self.bytes = bytes
    memory = try device.allocate(bytes: bytes, for: operation)
  }

  deinit { device.release(memory) }
}
