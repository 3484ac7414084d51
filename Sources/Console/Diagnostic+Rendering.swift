public import Groundwork

/// The one place where an error becomes text and an exit code.
public enum ErrorRendering {
  /// The program's own error for whatever was thrown; what is no `Diagnostic` is our bug.
  public static func diagnostic(for error: any Error) -> any Diagnostic {
    error as? any Diagnostic ?? UnforeseenError(name: "\(type(of: error))")
  }

  /// `lightbox: sentence`, or one JSON object, with the end of the line.
  public static func text(
    of diagnostic: any Diagnostic, program: String, asJSON: Bool, on terminal: Terminal
  ) -> String {
    if asJSON {
      let facts: JSON = [
        "error": .string(diagnostic.sentence), "fault": .string(name(of: diagnostic.fault)),
        "exit_code": .integer(Int(diagnostic.fault.rawValue)),
      ]
      return facts.text() + "\n"
    }
    return Style.wrong.painted(program + ":", on: terminal) + " " + diagnostic.sentence + "\n"
  }

  private static func name(of fault: Fault) -> String {
    switch fault {
    case .usage: "usage"
    case .data: "data"
    case .software: "software"
    case .inputOutput: "input_output"
    }
  }
}

/// An error that no room has a sentence for.
struct UnforeseenError: Diagnostic {
  let name: String
  var sentence: String { "an unforeseen \(name) ended the work; please report this with the command line" }
  var fault: Fault { .software }
}
