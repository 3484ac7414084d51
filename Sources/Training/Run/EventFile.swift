internal import Glibc
public import Groundwork

/// A TensorBoard event file: records framed as in TFRecord files, each an `Event` message of `tensorflow/core/util/event.proto`
/// with scalar summaries.
public final class EventFile {
  public let path: String
  private let writer: FileWriter

  /// Creates `events.out.tfevents.<seconds>.lightbox` in a directory. A run that goes on after `step` tells TensorBoard to
  /// forget what earlier files say about later steps.
  public init(in directory: String, resumingAfter step: Int? = nil, time: Double = EventFile.now()) throws {
    let name = "events.out.tfevents.\(Int(time)).lightbox"
    var path = Path.join(directory, name)
    var copy = 1
    while File.kind(of: path) != nil {
      copy += 1
      path = Path.join(directory, "\(name).\(copy)")
    }
    self.path = path
    writer = try FileWriter(creating: path)
    var start = Message()
    start.double(1, time)
    start.text(3, "brain.Event:2")
    try write(start)
    if let step {
      var session = Message()
      session.integer(1, 1)  // SessionLog.START
      var event = Message()
      event.double(1, time)
      event.integer(2, step + 1)
      event.message(7, session)
      try write(event)
    }
  }

  /// Writes scalars of one step, at once. Tags with a common word before a "/" stand together in TensorBoard.
  public func append(
    step: Int, scalars: [(tag: String, value: Double)], time: Double = EventFile.now()
  ) throws(FileError) {
    guard !scalars.isEmpty else { return }
    var summary = Message()
    for scalar in scalars {
      var value = Message()
      value.text(1, scalar.tag)
      value.float(2, Float(scalar.value))
      summary.message(1, value)
    }
    var event = Message()
    event.double(1, time)
    event.integer(2, step)
    event.message(5, summary)
    try write(event)
  }

  /// A record of the metrics log as scalars such as `train/loss`.
  public func append(_ record: MetricRecord, time: Double = EventFile.now()) throws(FileError) {
    try append(
      step: record.step, scalars: record.metrics.map { ("\(record.kind.rawValue)/\($0.name)", $0.value) },
      time: time)
  }

  /// Seconds since 1970 with their fraction.
  public static func now() -> Double {
    var moment = timespec()
    clock_gettime(CLOCK_REALTIME, &moment)
    return Double(moment.tv_sec) + Double(moment.tv_nsec) * 1e-9
  }

  /// One TFRecord: length, masked CRC of the length, data, masked CRC of the data; all little-endian.
  private func write(_ message: Message) throws(FileError) {
    let length = littleEndian(UInt64(message.bytes.count))
    try writer.write(
      length + littleEndian(CRC32C.masked(length)) + message.bytes
        + littleEndian(CRC32C.masked(message.bytes)))
  }
}

private func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { [UInt8]($0) }
}

/// A Protocol Buffers message in the making (wire types 0, 1, 2 and 5).
private struct Message {
  var bytes: [UInt8] = []

  /// As Protocol Buffers 3 has it, 0 is not written.
  mutating func integer(_ field: Int, _ value: Int) {
    guard value != 0 else { return }
    variable(UInt64(field << 3))
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ field: Int, _ value: Double) {
    variable(UInt64(field << 3 | 1))
    bytes += littleEndian(value.bitPattern)
  }

  mutating func float(_ field: Int, _ value: Float) {
    variable(UInt64(field << 3 | 5))
    bytes += littleEndian(value.bitPattern)
  }

  mutating func text(_ field: Int, _ text: String) { data(field, Array(text.utf8)) }
  mutating func message(_ field: Int, _ message: Message) { data(field, message.bytes) }

  private mutating func data(_ field: Int, _ data: [UInt8]) {
    variable(UInt64(field << 3 | 2))
    variable(UInt64(data.count))
    bytes += data
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
