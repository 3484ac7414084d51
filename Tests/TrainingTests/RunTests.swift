import Foundation
import Groundwork
import Testing

@testable import Training

/// A directory for one test, gone after it.
final class Scratch {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)").path
    try File.createDirectory(path)
  }
  deinit { try? File.remove(path) }
  subscript(name: String) -> String { Path.join(path, name) }
}

private func text(_ path: String) throws -> String { String(decoding: try File.read(path), as: UTF8.self) }

@Suite struct RunTests {
  private func record(_ step: Int, _ loss: Double) -> MetricRecord {
    MetricRecord(
      .training, step: step, epoch: Double(step) / 10, time: "2026-01-02T03:04:05Z",
      metrics: ["loss": loss, "rate_text": 1e-3])
  }

  @Test func aMetricIsALineAtOnce() throws {
    let scratch = try Scratch()
    let log = try MetricsLog(scratch["m.jsonl"])
    try log.append(record(1, 2.5))
    #expect(
      try text(log.path)
        == #"{"kind":"train","step":1,"epoch":0.1,"time":"2026-01-02T03:04:05Z","loss":2.5,"rate_text":0.001}"#
        + "\n")
    try log.append(
      MetricRecord(.evaluation, step: 2, epoch: 1, time: "", metrics: ["loss": .nan, "auroc": .infinity]))
    try log.synchronize()
    let read = try MetricsLog.read(log.path)
    #expect(read.count == 2)
    #expect(read[0] == record(1, 2.5))
    #expect(read[1].kind == .evaluation)
    #expect(read[1]["loss"]?.isNaN == true)
    #expect(log.records.count == 2)
  }

  @Test func whatAKillLeftBehindIsCutWhenTheRunGoesOn() throws {
    let scratch = try Scratch()
    let path = scratch["m.jsonl"]
    let whole = (1...4).map { record($0, 1).json.text() + "\n" }
    let length = whole[3].utf8.count
    for cut in [1, 2, 3, 17, length / 2, length - 1, length] {
      try File.writeAtomically(path, Array(whole.joined().utf8.dropLast(cut)))
      let log = try MetricsLog(path, resumingAfter: 9)
      // Only the newline may be missing from a line that counts.
      #expect(log.records.map(\.step) == (cut == 1 ? [1, 2, 3, 4] : [1, 2, 3]))
      try log.append(record(4, 2))
      #expect(try MetricsLog.read(path).last == record(4, 2))
    }
  }

  @Test func stepsThatAreDoneAgainAreCutFromTheLog() throws {
    let scratch = try Scratch()
    let path = scratch["m.jsonl"]
    do {
      let log = try MetricsLog(path)
      for step in 1...6 { try log.append(record(step, 1)) }
    }
    #expect(try MetricsLog(path, resumingAfter: 4).records.map(\.step) == [1, 2, 3, 4])
    #expect(try MetricsLog.read(path).count == 4)
    #expect(try MetricsLog(path).records.isEmpty)
    #expect(try MetricsLog(scratch["none.jsonl"], resumingAfter: 3).records.isEmpty)
  }

  @Test(arguments: [
    "not json\n", "{\"kind\":\"train\"}\n",
    "{\"kind\":\"train\",\"step\":1,\"epoch\":1,\"time\":\"\",\"loss\":\"x\"}\n",
  ])
  func damageInTheMiddleIsAnErrorWithItsLine(line: String) throws {
    let scratch = try Scratch()
    let good = record(1, 1).json.text() + "\n"
    try File.writeAtomically(scratch["m.jsonl"], good + line + good)
    let error = try #require(throws: TrainingError.self) { try MetricsLog.read(scratch["m.jsonl"]) }
    #expect(error.sentence.contains("m.jsonl, line 2: "))
    #expect(error.fault == .data)
  }

  @Test func checksumsAreThoseOfRFC3720() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test func eventFilesAreThoseOfTensorBoardByteForByte() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/events", withExtension: "tfevents"))
    let scratch = try Scratch()
    let file = try EventFile(in: scratch.path, resumingAfter: 100, time: 1_700_000_000.25)
    try file.append(step: 0, scalars: [("train/loss", 8.25)], time: 1_700_000_001.5)
    try file.append(
      MetricRecord(.training, step: 1, epoch: 0, metrics: ["loss": 0, "rate_text": 1e-3]),
      time: 1_700_000_002.5)
    try file.append(
      MetricRecord(.evaluation, step: 300, epoch: 0, metrics: ["loss": .nan, "findings_auroc": 0.1]),
      time: 1_700_000_003.5)
    try file.append(
      step: 123_456_789, scalars: [("train/memory_bytes", 0x1p34)], time: 1_700_000_004.5)
    #expect(try File.read(file.path) == [UInt8](Data(contentsOf: url)))
    #expect(Path.name(of: file.path) == "events.out.tfevents.1700000000.lightbox")
    // A second file in the same second does not empty the first.
    let second = try EventFile(in: scratch.path, time: 1_700_000_000.75)
    #expect(Path.name(of: second.path) == "events.out.tfevents.1700000000.lightbox.2")
  }

  @Test func aRunDirectoryHoldsTheWholeRecipe() throws {
    let scratch = try Scratch()
    var recipe = Recipe()
    recipe.training.batch = 3
    do {
      let run = try RunDirectory.create(scratch["a/run"], recipe: recipe)
      #expect(try RecipeFile(run.recipePath).recipe == recipe)
      let error = try #require(throws: TrainingError.self) {
        try RunDirectory.create(scratch["a/run"], recipe: recipe)
      }
      #expect(error.sentence.contains("another process is writing this run"))
    }
    let error = try #require(throws: TrainingError.self) {
      try RunDirectory.create(scratch["a/run"], recipe: recipe)
    }
    #expect(error.sentence.contains("--resume"))
    #expect(error.fault == .usage)
  }

  @Test func aRunGoesOnOnlyWithItsOwnRecipe() throws {
    let scratch = try Scratch()
    let error = try #require(throws: TrainingError.self) {
      try RunDirectory.resume(scratch["run"], recipe: Recipe())
    }
    #expect(error.sentence.contains("no run to go on with"))
    do { _ = try RunDirectory.create(scratch["run"], recipe: Recipe()) }
    var other = Recipe()
    other.checkpoints.keep = 7
    #expect(try RunDirectory.resume(scratch["run"], recipe: other).path == scratch["run"])
    other.seed = 9
    other.training.rates.text = 1
    let conflict = try #require(throws: TrainingError.self) {
      try RunDirectory.resume(scratch["run"], recipe: other)
    }
    #expect(conflict.sentence.contains("begun with another seed, training.rates.text;"))
  }

  @Test func checkpointsAreLinkedAndPruned() throws {
    let scratch = try Scratch()
    let run = try RunDirectory.create(scratch["run"], recipe: Recipe())
    #expect(run.step(of: .last) == nil)
    for step in [5, 10, 100, 20] {
      try File.createDirectory(run.checkpointPath(step: step))
      try File.writeAtomically(Path.join(run.checkpointPath(step: step), "model.safetensors"), "x")
    }
    try File.createDirectory(scratch["run/checkpoints/step-7.partial"])
    #expect(try run.checkpoints() == [5, 10, 20, 100])
    try run.point(.best, at: 10)
    try run.point(.last, at: 20)
    try run.point(.last, at: 100)
    #expect(run.step(of: .best) == 10)
    #expect(run.step(of: .last) == 100)
    #expect(try text(scratch["run/best/model.safetensors"]) == "x")
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: scratch["run/best"]) == "checkpoints/step-10")
    try run.prune(keeping: 1)
    #expect(try run.checkpoints() == [10, 100])
    #expect(!(try File.list(run.path)).contains { $0.hasSuffix(".partial") })
    try File.remove(run.checkpointPath(step: 100))
    #expect(run.step(of: .last) == nil)
  }

  @Test func theBestIsTrackedAndPatienceEnds() {
    var tracker = BestTracker(lowerIsBetter: true, patience: 2)
    let values = [3.0, 2, .nan, 1.5, 1.5, 1.6, 1.4]
    let verdicts = values.enumerated().map { tracker.record($0.element, step: $0.offset) }
    #expect(verdicts.map(\.isBest) == [true, true, false, true, false, false, true])
    #expect(verdicts.map(\.shouldStop) == [false, false, false, false, false, true, false])
    #expect(tracker.best == 1.4)
    #expect(tracker.bestStep == 6)
    var other = BestTracker(lowerIsBetter: false, patience: 0)
    #expect(other.record(.nan, step: 1) == .init(isBest: false, shouldStop: false))
    #expect(other.record(0.5, step: 2).isBest)
    #expect(other.record(0.4, step: 3) == .init(isBest: false, shouldStop: false))
    var restored = BestTracker(lowerIsBetter: false, patience: 0)
    restored.restore(other.state)
    #expect(restored == other)
    #expect(BestTracker(Recipe.Evaluation()).lowerIsBetter)
  }

  @Test func memoryIsWhatTheKernelSays() throws {
    let status = MemoryUse(status: "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n")
    #expect(status?.resident == 1 << 20)
    #expect(status?.peak == 2 << 20)
    #expect(MemoryUse(status: "VmRSS:\t1 kB\n") == nil)
    #expect(MemoryUse(status: "VmRSS:\t1 MB\nVmHWM:\t1 kB\n") == nil)
    #expect(MemoryUse(status: "VmRSS:\t9223372036854775807 kB\nVmHWM:\t1 kB\n") == nil)
    let before = try #require(MemoryUse.now())
    let block = [UInt8](repeating: 1, count: 64 << 20)
    let after = try #require(MemoryUse.now())
    #expect(after.peak - before.resident > 32 << 20)
    #expect(block.last == 1)
  }

  @Test func speedIsThatOfTheLatestSteps() {
    var meter = StepMeter(window: 2)
    #expect(meter.timeLeft(steps: 5) == nil)
    #expect(meter.tokensPerSecond == 0)
    meter.record(seconds: 100, studies: 1, tokens: 1)
    meter.record(seconds: 1, studies: 4, tokens: 100)
    meter.record(seconds: 3, studies: 8, tokens: 500)
    #expect(meter.secondsPerStep == 2)
    #expect(meter.studiesPerSecond == 3)
    #expect(meter.tokensPerSecond == 150)
    #expect(meter.timeLeft(steps: 10) == 20)
    #expect(meter.timeLeft(steps: -1) == 0)
  }
}
