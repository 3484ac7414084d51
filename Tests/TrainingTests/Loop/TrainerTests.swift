import Checkpoints
import Checkpoints
import Foundation
import Groundwork
import Imaging
import Reading
import Reports
import Studies
import Tensors
import Testing

@testable import Training

/// Whole runs on a handful of drawn pictures: what a run leaves behind, and that an interrupted run goes on bit for bit.
struct TrainerTests {
  private let directory: String

  init() throws {
    directory = NSTemporaryDirectory() + "lightbox-trainer-\(UUID().uuidString)"
    try File.createDirectory(directory)
  }

  /// Twelve studies: bright on the left or on the right, one without an image and one without a complaint.
  private func writeStudies() throws -> String {
    try File.createDirectory(Path.join(directory, "images"))
    var lines = ""
    for index in 0..<12 {
      let isLeft = index % 2 == 0
      var pixels = [UInt8](repeating: 40, count: 32 * 32)
      for row in 4..<28 {
        for column in 0..<12 { pixels[row * 32 + column + (isLeft ? 2 : 18)] = UInt8(150 + 5 * index) }
      }
      try File.writeAtomically(
        Path.join(directory, "images/\(index).png"), PNGFile.encode(grey: pixels, width: 32, height: 32))
      let images = index == 5 ? "" : #""images":[{"path":"images/\#(index).png","view":"PA"}],"#
      let complaint =
        index == 4
        ? ""
        : #""complaint":{"text":"咳嗽 \#(index) days\#(index == 7 ? ", worse at night, with fever and chills, 伴胸痛气短" : "")","language":"zh"},"#
      lines += """
        {"schema":"study/1","id":"s\(index)","patient":"p\(index)","split":"\(index < 8 ? "train" : index < 11 ? "validation" : "test")",\
        \(images)\(complaint)"findings":[{"code":"pleural_effusion","presence":"\(isLeft ? "present" : "absent")"}],\
        "label":"\(isLeft ? "left" : "right")","report_text":"\(isLeft ? "左侧密度增高。" : "Right opacity.")"}

        """
    }
    let path = Path.join(directory, "studies.jsonl")
    try File.writeAtomically(path, lines)
    return path
  }

  private func recipe(_ changes: [String] = []) throws -> RecipeFile {
    let text = """
      schema: recipe/1
      name: tiny
      seed: 3
      data: {path: \(try writeStudies()), image_size: 16, context: 64, target: text}
      model:
        text: {hidden: 16, layers: 2, heads: 2, key_value_heads: 1, feed_forward: 24, vocabulary: 300}
        vision: {stem: [4, 6], patch: 4, width: 16, layers: 1, heads: 2, feed_forward: 24}
        fusion: {every: 1, heads: 2, feed_forward: 24}
      heads: {findings: true, classes: label}
      training: {epochs: 4, batch: 3, accumulate: 2, dropout: 0.1, label_smoothing: 0.05}
      evaluation: {every_epochs: 1}
      checkpoints: {keep: 5}
      """
    return try RecipeFile(text: Array(text.utf8), path: "tiny.yaml", overrides: changes)
  }

  private func run(
    _ name: String, _ changes: [String] = [], isResuming: Bool = false, stoppingAfter: Int? = nil
  ) throws {
    struct Interrupted: Error {}
    let trainer = try Trainer(
      recipe(changes), run: Path.join(directory, name), isResuming: isResuming, on: Device.cpu(threads: 2)
    ) { event in
      if case .saved(let path) = event, let stoppingAfter, path.hasSuffix("step-\(stoppingAfter)") {
        throw Interrupted()
      }
    }
    do { _ = try trainer.train() } catch is Interrupted {}
  }

  private func file(_ parts: String...) throws -> [UInt8] {
    try File.read(parts.reduce(directory) { Path.join($0, $1) })
  }

  @Test func anInterruptedRunGoesOnBitForBit() throws {
    try run("whole")
    try run("broken", stoppingAfter: 4)
    try run("broken", isResuming: true)
    for name in ["model.safetensors", "optimizer.safetensors", "training_state.json", "config.json"] {
      #expect(try file("whole", "last", name) == file("broken", "last", name), "\(name)")
    }
    let whole = try MetricsLog.read(Path.join(directory, "whole/metrics.jsonl"))
    let broken = try MetricsLog.read(Path.join(directory, "broken/metrics.jsonl"))
    #expect(whole.map { $0["loss"] } == broken.map { $0["loss"] })
    #expect(whole.map(\.step) == broken.map(\.step))
  }

  @Test func adaptersAreTrainedBesideFrozenWeightsAndTheRunGoesOnBitForBit() throws {
    let changes = [
      "model.adapters.kind=dora", "model.adapters.dropout=0.1",
      "model.adapters.targets=[q_proj, down_proj, vision.query]",
    ]
    try run("whole", changes)
    try run("broken", changes, stoppingAfter: 4)
    try run("broken", changes, isResuming: true)
    for name in ["model.safetensors", "optimizer.safetensors", "adapter/adapter_model.safetensors"] {
      #expect(try file("whole", "last", name) == file("broken", "last", name), "\(name)")
    }
    func weights(_ run: String, _ step: String, _ name: String) throws -> [String: [Float]] {
      let file = try SafetensorsFile(Path.join(directory, "\(run)/checkpoints/step-\(step)/\(name)"))
      return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.floats(of: $0)) })
    }
    let (early, late) = try (
      weights("whole", "4", "model.safetensors"), weights("whole", "8", "model.safetensors")
    )
    for (name, values) in early {
      let isTrained = name.hasPrefix("fusion.") || name.hasPrefix("heads.")
      #expect((values != late[name]) == isTrained || name.contains("running_"), "\(name)")
    }
    let adapters = try weights("whole", "8", "adapter/adapter_model.safetensors")
    #expect(adapters.count == 3 * (2 * 2 + 1))
    #expect(
      adapters.filter { $0.key.hasSuffix("lora_B.weight") }.allSatisfy { $0.value.contains { $0 != 0 } })
    #expect(throws: TrainingError.self) { try run("none", changes + ["model.adapters.targets=[no_such]"]) }
  }

  @Test func aColdStartFromACheckpointIsAnotherRun() throws {
    try run("first", stoppingAfter: 4)
    try run("resumed-source", stoppingAfter: 4)
    try run("resumed-source", isResuming: true)
    try run("cold", ["model.from=\(Path.join(directory, "first/checkpoints/step-4"))", "training.epochs=2"])
    #expect(
      try file("cold", "last", "model.safetensors") != file("resumed-source", "last", "model.safetensors"))
  }

  @Test func theSameRecipeGivesTheSameModelAndAnotherSeedAnother() throws {
    try run("a")
    try run("b")
    try run("c", ["seed=4"])
    #expect(try file("a", "last", "model.safetensors") == file("b", "last", "model.safetensors"))
    #expect(try file("a", "last", "model.safetensors") != file("c", "last", "model.safetensors"))
  }

  @Test func aRunLeavesWhatItPromises() throws {
    try run("run")
    let path = Path.join(directory, "run")
    let names = try File.list(path)
    #expect(names.contains("recipe.yaml"))
    #expect(names.contains("metrics.jsonl"))
    #expect(names.contains("curves.svg"))
    #expect(names.contains { $0.hasPrefix("events.out.tfevents") })
    for link in ["best", "last"] {
      let files = try File.list(Path.join(path, link))
      #expect(files.contains("model.safetensors") && files.contains("tokenizer.json"))
    }
    let records = try MetricsLog.read(Path.join(path, "metrics.jsonl"))
    let losses = records.filter { $0.kind == .training }.compactMap { $0["loss"] }
    #expect(losses.count == 8)
    #expect(losses.allSatisfy { $0.isFinite })
    let evaluations = records.filter { $0.kind == .evaluation }
    #expect(evaluations.count == 4)
    #expect(evaluations.compactMap { $0["classes_accuracy"] }.count == 4)
    // At the end, once, on the split that nothing was chosen by.
    let tests = records.filter { $0.kind == .test }
    #expect(
      tests.count == 1 && tests.allSatisfy { ["0.0", "1.0"].contains("\($0["classes_accuracy"] ?? -1)") })
    try run("run", isResuming: true)
    let again = try MetricsLog.read(Path.join(path, "metrics.jsonl"))
    #expect(again.filter { $0.kind == .test } == tests)
  }

  @Test func evaluationsCanWriteReportsAndMeasureTheirFindings() throws {
    let phantoms = Path.join(directory, "phantoms")
    try PhantomGenerator(seed: 2, size: 96).writeSet(to: phantoms, count: 40, format: .png) { study in
      let provenance = Provenance(software: "lightbox test", generated: "2026-01-01T00:00:00Z")
      let context = try ReportContext(
        study, study.radiographs(in: phantoms), in: phantoms, provenance: provenance)
      var completed = study
      completed.report = Report.compose(from: study, context: context).json
      return completed
    }
    try run(
      "writing",
      [
        "data.path=\(phantoms)/studies.jsonl", "data.target=report", "data.context=768", "training.epochs=1",
        "heads.classes=diagnosis", "evaluation.generate=2", "evaluation.best=report_f1",
      ])
    let records = try MetricsLog.read(Path.join(directory, "writing/metrics.jsonl"))
    let scores = records.filter { $0.kind == .evaluation }.compactMap { $0["report_f1"] }
    #expect(scores.count == 1)
    #expect(scores.allSatisfy { (0...1).contains($0) })
  }

  @Test func aModelThatComputesNoNumbersEndsTheRun() throws {
    try run("sound", ["training.epochs=1"])
    let damaged = Path.join(directory, "sound/last")
    let file = try SafetensorsFile(Path.join(damaged, "model.safetensors"))
    let tensors = try file.names.map { name in
      TensorSource(
        name, floats: try file.floats(of: name).map { _ in .nan }, shape: try file.entry(of: name).shape)
    }
    try SafetensorsWriter.write(tensors, to: Path.join(damaged, "model.safetensors"))
    #expect { try run("damaged", ["model.from=\(damaged)"]) } throws: { error in
      "\(error)".contains("lower training.rates")
    }
  }

  @Test func aRecordWhoseTextWouldBeCutIsNamed() throws {
    #expect { try run("short", ["data.context=16"]) } throws: { error in
      let text = "\(error)"
      return text.contains("the study s7") && text.contains("context is 16")
    }
  }

  @Test func aMissingImageIsNamed() throws {
    let file = try recipe()
    try File.remove(Path.join(directory, "images/2.png"))
    #expect {
      try Trainer(
        file, run: Path.join(directory, "missing"), isResuming: false, on: Device.cpu(), onEvent: { _ in })
    } throws: { "\($0)".contains("line 3") && "\($0)".contains("images/2.png") }
    #expect(File.kind(of: Path.join(directory, "missing")) == nil)
  }

  @Test func aRecipeWithNothingToLearnIsRefused() throws {
    #expect {
      try run("nothing", ["data.target=none", "heads.findings=false", "heads.classes=none"])
    } throws: {
      "\($0)".contains("nothing is learned")
    }
    #expect { try run("report", ["data.target=report"]) } throws: {
      "\($0)".contains("data.target is report")
    }
  }
}
