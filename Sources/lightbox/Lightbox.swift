import Console
import Glibc

@main
enum Lightbox {
  static let version = "0.1.0"

  static let program = Program(
    Command(
      "lightbox", "trains on radiographs and complaints, and writes structured reports",
      discussion: """
        A MODEL is a directory: one that Lightbox wrote, or one in the layout of Hugging Face.

        Answers go to standard output, progress and messages to standard error. Exit codes: 0 done, 64 the command line \
        is wrong, 65 the data are wrong, 70 Lightbox is wrong, 74 the system refused.
        """,
      examples: [.init("lightbox doctor", "What this machine has and lacks:")],
      steps: verbs),
    version: version)

  /// In the order of the work.
  static let verbs: [Command] = [
    .synthesize,
    .train,
    .evaluate,
    .report,
    .ask,
    .inspect,
    .tokenize,
    .generate,
    .forward,
    .export,
    .benchmark,
    .doctor,
  ]

  static func main() {
    exit(program.run(Array(CommandLine.arguments.dropFirst())))
  }
}
