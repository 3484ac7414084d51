import Console
import Groundwork

/// One thing that Lightbox needs or can use, whether it is there, and how to get it.
struct SystemCheck {
  let name: String
  let isPresent: Bool
  /// Without it some verbs fail; otherwise they are only slower or do less.
  let isNeeded: Bool
  /// What was found, or what its absence means.
  let finding: String
  /// What to do when it is missing.
  let advice: String

  static func all() -> [SystemCheck] {
    [instructions(), dictionary(), locale(), graphics(), collectives()]
  }

  private static func instructions() -> SystemCheck {
    let features = Set(Machine().features)
    let fast = features.contains("avx512f") ? "AVX-512" : features.contains("avx2") ? "AVX2" : nil
    return SystemCheck(
      name: "vector instructions", isPresent: fast != nil, isNeeded: false,
      finding: fast.map { "\($0) kernels will be used" }
        ?? "only the portable kernels can be used, which are slow",
      advice: "run on a processor with AVX2 or AVX-512")
  }

  /// DCMTK reads the names of DICOM attributes from a file.
  private static func dictionary() -> SystemCheck {
    let given = Environment["DCMDICTPATH"].map { $0.split(separator: ":").map(String.init) }
    let usual = (14...19).map { "/usr/share/libdcmtk\($0)/dicom.dic" }
    let found = (given ?? usual).first { File.kind(of: $0) == .regular }
    return SystemCheck(
      name: "DICOM dictionary", isPresent: found != nil, isNeeded: true,
      finding: found ?? "DICOM files cannot be read without it",
      advice: given == nil
        ? "apt-get install libdcmtk17, or set DCMDICTPATH"
        : "DCMDICTPATH names no file that exists; correct it or unset it")
  }

  private static func locale() -> SystemCheck {
    let unicode = Terminal.showsUnicode { Environment[$0] }
    return SystemCheck(
      name: "UTF-8 locale", isPresent: unicode, isNeeded: false,
      finding: unicode ? "pictures and Chinese text can be shown" : "pictures are drawn with ASCII letters",
      advice: "export LANG=C.UTF-8")
  }

  private static func graphics() -> SystemCheck {
    let driver = SharedLibrary.isPresent("libcuda.so.1")
    return SystemCheck(
      name: "NVIDIA driver", isPresent: driver, isNeeded: false,
      finding: driver ? "libcuda.so.1" : "work is done on the processor",
      advice: "install the driver of the graphics card to use it")
  }

  private static func collectives() -> SystemCheck {
    let names = ["libnccl.so.2", "libmpi.so.40", "libmpi.so.12"].filter(SharedLibrary.isPresent)
    return SystemCheck(
      name: "NCCL or MPI", isPresent: !names.isEmpty, isNeeded: false,
      finding: names.isEmpty ? "training stays on one machine" : names.joined(separator: ", "),
      advice: "apt-get install libopenmpi3 to train on several machines")
  }

  func text(on terminal: Terminal) -> String {
    let mark =
      isPresent
      ? Style.good.painted("present", on: terminal)
      : isNeeded
        ? Style.wrong.painted("MISSING", on: terminal) : Style.warning.painted("absent ", on: terminal)
    return "\(mark)  \(name): \(finding)" + (isPresent ? "" : "; \(advice)") + "\n"
  }

  var json: JSON {
    [
      "name": .string(name), "present": .boolean(isPresent), "needed": .boolean(isNeeded),
      "finding": .string(finding),
      "advice": isPresent ? .null : .string(advice),
    ]
  }
}
