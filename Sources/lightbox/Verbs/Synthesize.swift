import Console
import Groundwork
import Studies

private let output = Parameter.required("output", "DIR", "where studies.jsonl and images/ go", .directory)
private let count = Parameter.option("count", "N", "how many studies", .integer(1...10_000_000), default: 120)
private let seed = Parameter.option("seed", "S", "another seed makes other studies", .seed, default: 0)
private let size = Parameter.option(
  "size", "PIXELS", "the longer side of an image", .integer(64...4096), default: 320)
private let format = Parameter.option(
  "format", "dicom|png|mixed", "how images are written", .word(among: PhantomFormat.allCases.map(\.rawValue)),
  default: PhantomFormat.mixed.rawValue)

extension Command {
  static let synthesize = Command(
    "synthesize", "makes phantom studies: radiographs with complaint, findings and report",
    discussion: """
      Computes chest films from line integrals through an anatomy with findings drawn in, and writes them with a complaint, \
      the findings with their boxes, diagnoses, and a reference report in Chinese and English. No patient was ever behind \
      one. The same options give the same bytes.
      """,
    takes: [output, count, seed, size, format, CommonOption.json, CommonOption.quiet],
    examples: [
      .init("lightbox synthesize -o phantoms --count 240 --seed 7", "A data set to train a small model on:")
    ],
    run: makePhantoms)
}

private func makePhantoms(_ arguments: Arguments, _ session: Session) throws {
  let directory = try arguments[output]
  let total = try arguments[count]
  let seed = try arguments[seed]
  let generator = try PhantomGenerator(seed: seed, size: try arguments[size])
  let progress = Progress(
    ProgressState("synthesize", .things("studies"), total: total), in: session,
    quiet: try arguments[CommonOption.quiet])
  try generator.writeSet(
    to: directory, count: total, format: PhantomFormat(rawValue: try arguments[format]) ?? .mixed,
    threads: Machine().usableProcessors,
    compose: { try PhantomReport.completing($0, in: directory, seed: seed) },
    progress: { progress.update(completed: $0) })
  progress.finish()
  let file = Path.join(directory, "studies.jsonl")
  if try arguments[CommonOption.json] {
    try session.answer(["studies": .integer(total), "path": .string(file)])
  } else {
    try session.say("\(total) studies in \(file)")
  }
}
