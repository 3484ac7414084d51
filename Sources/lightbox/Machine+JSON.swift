import Console
import Groundwork
import Tensors

extension Machine {
  /// The facts as `doctor` and `benchmark` give them.
  var json: JSON {
    [
      "processor": .string(processor), "features": .array(features.map(JSON.string)),
      "usable_processors": .integer(usableProcessors),
      "memory_bytes": memoryBytes.map(JSON.integer) ?? .null,
      "available_memory_bytes": availableMemoryBytes.map(JSON.integer) ?? .null,
      "memory_limit_bytes": memoryLimitBytes.map(JSON.integer) ?? .null,
      "system": .string(system), "kernel": .string(kernel),
    ]
  }

  var memoryText: String {
    let total = memoryBytes.map(ByteCount.text) ?? "unknown"
    let available = availableMemoryBytes.map { ", \(ByteCount.text($0)) available" } ?? ""
    let limit = memoryLimitBytes.map { ", limited to \(ByteCount.text($0))" } ?? ""
    return total + available + limit
  }
}

extension Device.Facts {
  /// What computes, as `doctor` and `benchmark` give it.
  var json: JSON {
    [
      "name": .string(name), "instructions": .string(instructions), "products": .string(products),
      "threads": .integer(threads), "memory_bytes": .integer(Int(clamping: memoryBytes)),
    ]
  }
}
