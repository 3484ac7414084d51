internal import Groundwork

/// Amounts of memory as people read them.
public enum ByteCount {
  /// In units of 1024: "512 B", "1.4 MiB", "24.0 GiB".
  public static func text(_ bytes: Int) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    if bytes.magnitude < 1024 { return "\(bytes) B" }
    var amount = Double(bytes) / 1024
    var index = 0
    while amount.magnitude >= 1023.95, index < units.count - 1 {
      amount /= 1024
      index += 1
    }
    return amount.text(decimals: 1) + " " + units[index]
  }
}
