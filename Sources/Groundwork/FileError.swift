internal import Glibc

/// The operating system refused something about a file.
public struct FileError: Diagnostic {
  /// What was tried, as in "read" or "create the directory".
  public let action: String
  public let path: String
  /// The `errno` of the failed call.
  public let code: Int32

  public init(action: String, path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  public var sentence: String {
    var sentence = "cannot \(action) \(path): \(String(cString: strerror(code)))"
    switch code {
    case ENOSPC, EDQUOT: sentence += "; free some space and run the same command again"
    case EACCES, EPERM: sentence += "; check its owner and permissions"
    case ENOENT: sentence += "; check the path"
    default: break
    }
    return sentence
  }

  /// A path that is not there is wrong input; the rest is the system's.
  public var fault: Fault { code == ENOENT || code == ENOTDIR || code == EISDIR ? .data : .inputOutput }
}
