import Console
import Groundwork
import Tensors

extension Command {
  static let doctor = Command(
    "doctor", "says what this machine has, what is missing, and how to get it",
    discussion: "Nothing is changed. With --json the facts come as one object, fit to go with a bug report.",
    takes: [CommonOption.json],
    examples: [
      .init("lightbox doctor", "Look before training:"),
      .init("lightbox doctor --json > machine.json", "Keep the facts with a measurement:"),
    ],
    run: examineMachine)
}

private func examineMachine(_ arguments: Arguments, _ session: Session) throws {
  let machine = Machine()
  let checks = SystemCheck.all()
  let device = try Device.cpu().facts()
  if try arguments[CommonOption.json] {
    let facts: JSON = [
      "lightbox": .string(Lightbox.version), "machine": machine.json, "device": device.json,
      "checks": .array(checks.map(\.json)),
    ]
    return try session.answer(facts)
  }
  var table = Table(columns: [.init(""), .init("")])
  table.add("lightbox", Lightbox.version)
  table.add("system", "\(machine.system), \(machine.kernel)")
  table.add("processor", "\(machine.processor), \(machine.usableProcessors) usable")
  table.add("instructions", machine.features.joined(separator: " "))
  table.add("kernels", "\(device.instructions), \(device.threads) threads")
  table.add("products", device.products)
  table.add("memory", machine.memoryText)
  try session.output.write(table.text(on: session.terminal) + "\n")
  for check in checks { try session.output.write(check.text(on: session.terminal)) }
}
