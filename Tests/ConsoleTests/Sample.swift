import Foundation

@testable import Console

/// A small program with every kind of parameter.
enum Sample {
  static let output = Parameter.required("output", "DIR", "where to write", .directory)
  static let count = Parameter.option("count", "N", "how many studies", .integer(1...1000), default: 16)
  static let seed = Parameter.option("seed", "S", "start of the random numbers", .seed)
  static let setting = Parameter.repeated("set", "KEY=VALUE", "replaces a setting", .text)
  static let device = Parameter.option("device", "NAME", "where to compute", .word(among: ["cpu", "cuda"]))
  static let rate = Parameter.option("rate", "X", "learning rate", .number(0...1), default: 0.5)
  static let model = Parameter.operand("MODEL", "a model directory", .path)
  static let images = Parameter.operands("IMAGE", "radiographs", .path)

  static let make = Command(
    "make", "makes studies",
    discussion: "Makes studies that look like radiographs, with a complaint each. 每份检查都有主诉。",
    takes: [count, seed, output, setting, device, rate, CommonOption.json, CommonOption.quiet],
    examples: [.init("program make -o studies --count 4", "Four studies:")],
    run: { arguments, session in
      try session.say("\(try arguments[output]) \(try arguments[count])")
    })

  static let ask = Command("ask", "asks a model", takes: [model, images], run: { _, _ in })
  static let split = Command("split", "splits by patient", run: { _, _ in throw CancellationError() })
  static let prepare = Command("prepare", "prepares data", steps: [split])
  static let root = Command("program", "does things", steps: [make, ask, prepare])
  static let program = Program(root, version: "1.2.3")

  static func arguments(_ words: String...) throws -> Arguments {
    guard case .run(let arguments) = try Arguments.request(words, of: root) else { throw CancellationError() }
    return arguments
  }

  /// Runs the program in this process and gives what it wrote.
  static func run(_ words: String...) throws -> (code: Int32, output: String, messages: String) {
    let streams = [FileHandle.temporary(), FileHandle.temporary()]
    let session = Session(
      output: OutputStream(descriptor: streams[0].fileDescriptor, name: "standard output"),
      messages: OutputStream(descriptor: streams[1].fileDescriptor, name: "standard error", buffers: false),
      terminal: Terminal(), messageTerminal: Terminal())
    let code = program.run(words, in: session)
    let texts = try streams.map { stream in
      try stream.seek(toOffset: 0)
      return String(decoding: try stream.readToEnd() ?? Data(), as: UTF8.self)
    }
    return (code, texts[0], texts[1])
  }
}

extension FileHandle {
  /// A file without a name.
  static func temporary() -> FileHandle {
    guard let file = tmpfile() else { return .nullDevice }
    return FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
  }
}

/// The sentence of the error that `work` throws.
func sentence(_ work: () throws -> Void) -> String? {
  do {
    try work()
    return nil
  } catch {
    return "\(error)"
  }
}
