/// What may be generated next: a grammar, followed one token at a time.
public protocol TokenConstraint {
  /// Adds to `mask` every token that may come next. The mask arrives empty.
  mutating func allow(into mask: inout TokenMask)

  /// Takes the token that was chosen; throws when it may not stand here.
  mutating func accept(_ token: Int) throws

  /// Whether the text may end here, so that an end token may be chosen.
  var mayEnd: Bool { get }

  /// Whether a limit of length kept tokens from coming, so that the text may be shorter than it would have been.
  var isShortened: Bool { get }
}
