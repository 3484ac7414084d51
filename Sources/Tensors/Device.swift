internal import CKernels
internal import Glibc
import Groundwork

/// A processor that computes: its memory, and one ordered queue of work. Used by one thread at a time.
public final class Device {
  /// Facts for `lightbox doctor`, benchmarks and plans.
  public struct Facts: Sendable {
    public let name: String
    /// The instruction set chosen at run time, as in "avx512".
    public let instructions: String
    /// What computes matrix products.
    public let products: String
    public let threads: Int
    public let memoryBytes: UInt64
  }

  private let table: UnsafePointer<lb_kernels>
  private let handle: OpaquePointer
  private let stream: OpaquePointer

  /// Opens the CPU with `threads` workers; 0 takes LIGHTBOX_THREADS, or one for each core.
  public static func cpu(threads: Int = 0) throws -> Device {
    guard let table = lb_cpu_kernels() else {
      throw TensorsError.noDevice(name: "cpu", reason: "it has no table of kernels")
    }
    var count = threads
    if count == 0, let text = getenv("LIGHTBOX_THREADS") {
      guard let value = Int(String(cString: text)), value > 0, value <= 1024 else {
        throw TensorsError.noDevice(name: "cpu", reason: "LIGHTBOX_THREADS must be a number from 1 to 1024")
      }
      count = value
    }
    return try Device(name: "cpu", table: table, index: 0, threads: count)
  }

  private init(name: String, table: UnsafePointer<lb_kernels>, index: Int32, threads: Int) throws {
    var opened: OpaquePointer?
    let status = table.pointee.open?(index, Int32(threads), &opened)
    guard status == LB_OK, let opened else {
      throw TensorsError.noDevice(name: name, reason: "its driver reported status \(status?.rawValue ?? 0)")
    }
    var created: OpaquePointer?
    guard table.pointee.stream_create?(opened, &created) == LB_OK, let created else {
      table.pointee.close?(opened)
      throw TensorsError.noDevice(name: name, reason: "no queue of work could be made on it")
    }
    self.table = table
    handle = opened
    stream = created
  }

  deinit {
    table.pointee.stream_destroy?(stream)
    table.pointee.close?(handle)
  }

  public func facts() throws -> Facts {
    var facts = lb_device_facts()
    try check(table.pointee.facts?(handle, &facts), "facts")
    return Facts(
      name: Self.text(&facts.name), instructions: Self.text(&facts.instructions),
      products: Self.text(&facts.products), threads: Int(facts.threads), memoryBytes: facts.memory_bytes)
  }

  /// Waits until all work given so far is done.
  public func synchronize() throws { try check(table.pointee.synchronize?(stream), "synchronize") }

  /// Calls a kernel; nil from `call` means that the table does not have it.
  func run(_ operation: String, _ call: (lb_kernels, OpaquePointer) -> lb_status?) throws {
    try check(call(table.pointee, stream), operation)
  }

  func allocate(bytes: Int, for operation: String) throws -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    let status = table.pointee.allocate?(handle, max(bytes, 1), &memory)
    if status == LB_OUT_OF_MEMORY { throw TensorsError.outOfMemory(bytes: bytes, operation: operation) }
    try check(status, operation)
    guard let memory else { throw TensorsError.outOfMemory(bytes: bytes, operation: operation) }
    return memory
  }

  func release(_ memory: UnsafeMutableRawPointer) { table.pointee.release?(handle, memory) }

  private func check(_ status: lb_status?, _ operation: String) throws {
    guard status != LB_OK else { return }
    guard let status, status != LB_UNSUPPORTED else {
      throw TensorsError.unsupported(operation: operation, device: "in use")
    }
    let reason = table.pointee.last_error?(handle).map { String(cString: $0) } ?? "status \(status.rawValue)"
    if status == LB_OUT_OF_MEMORY { throw TensorsError.outOfMemory(bytes: 0, operation: operation) }
    throw TensorsError.kernel(operation: operation, reason: reason)
  }

  /// A C array of characters as text.
  private static func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
