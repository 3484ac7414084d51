/// What kind of trouble ended the work; decides the exit code of `lightbox` (sysexits.h numbers).
public enum Fault: Int32, Sendable {
  /// The command line asks for something that does not exist.
  case usage = 64
  /// The data given are wrong: a file, a recipe, a record, a tensor.
  case data = 65
  /// Lightbox itself is wrong.
  case software = 70
  /// The operating system refused: disk full, no permission, device gone.
  case inputOutput = 74
}

/// An error a person reads. Every room has one enum of these.
///
/// `sentence` is one sentence that says what was wrong, where (file, line, tag, tensor), and what to do.
/// It never holds an identifier of a patient or the text of a report.
public protocol Diagnostic: Error, CustomStringConvertible, Sendable {
  var sentence: String { get }
  var fault: Fault { get }
}

extension Diagnostic {
  public var description: String { sentence }
}
