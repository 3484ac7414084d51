import Console
import Groundwork
import Imaging

private let path = Parameter.operand("PATH", "what to look at", .path)
private let pixels = Parameter.option(
  "pixels", "FILE.png", "writes the radiograph as the encoder sees it, before resizing", .path)
private let bits = Parameter.option(
  "bits", "8|16", "grey levels of --pixels", .word(among: ["8", "16"]), default: "8")
private let frame = Parameter.option(
  "frame", "N", "which frame of several to show or write, from 1", .integer(1...))

extension Command {
  static let inspect = Command(
    "inspect", "says what an image, model, data set or run is",
    discussion: """
      PATH is a radiograph (DICOM, PNG, JPEG), a safetensors file, a model directory, a JSONL file of studies or a \
      directory with studies.jsonl, or the directory of a training run. On a terminal a radiograph is shown. Nothing that \
      names a patient is. pixels_sha256, minimum, maximum and mean are those of the stored values of all frames: no \
      rescale, no window, no inversion.
      """,
    takes: [path, pixels, bits, frame, CommonOption.json, CommonOption.quiet],
    examples: [
      .init(
        "lightbox inspect chest.dcm --pixels chest.png", "What a film is, and what the encoder sees of it:"),
      .init("lightbox inspect studies/studies.jsonl", "What a data set holds:"),
      .init("lightbox inspect runs/first --json", "How a training run went, for a program:"),
    ],
    run: inspectPath)
}

private func inspectPath(_ arguments: Arguments, _ session: Session) throws {
  let path = try arguments[path]
  let output = try arguments[pixels]
  let asJSON = try arguments[CommonOption.json]
  if output == nil, arguments.has(bits) {
    throw ConsoleError.contradiction("--bits goes with --pixels FILE.png")
  }
  let result: Inspection
  if isImage(path) {
    let showing = output != nil || session.terminal.isInteractive && !asJSON
    let (image, radiograph) = try Inspection.image(path, frame: try arguments[frame], showing: showing)
    if let output, let radiograph {
      try File.writeAtomically(output, try radiograph.png(bits: try arguments[bits] == "16" ? 16 : 8))
    }
    result = image
  } else {
    if output != nil { throw InspectionError.noPixels(path: path) }
    result = try inspection(of: path, in: session, quiet: try arguments[CommonOption.quiet])
  }
  if asJSON { try session.answer(.object(result.facts)) } else { try result.write(to: session) }
  if let failure = result.failure { throw failure }
}

/// What is neither a directory nor named like one of our files is taken for an image, whatever its name.
private func isImage(_ path: String) -> Bool {
  let kind = File.kind(of: path)
  return kind != nil && kind != .directory
    && !["safetensors", "jsonl"].contains(Path.fileExtension(of: path))
}

/// Looks at what there is and asks the one who knows about it.
private func inspection(of path: String, in session: Session, quiet: Bool) throws -> Inspection {
  switch File.kind(of: path) {
  case nil: throw FileError(action: "inspect", path: path, code: InspectionError.noSuchFile)
  case .directory:
    let names = try File.list(path)
    if names.contains("metrics.jsonl") || names.contains("recipe.yaml") { return try .run(path) }
    if names.contains("config.json") || names.contains(where: { $0.hasSuffix(".safetensors") }) {
      return try .model(path)
    }
    if names.contains("studies.jsonl") {
      return try .studies(Path.join(path, "studies.jsonl"), in: session, quiet: quiet)
    }
    throw InspectionError.unknownDirectory(path: path)
  case .regular, .other:
    return Path.fileExtension(of: path) == "jsonl"
      ? try .studies(path, in: session, quiet: quiet) : try .tensors(path)
  }
}
