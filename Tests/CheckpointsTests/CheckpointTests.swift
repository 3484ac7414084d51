import Checkpoints
import Foundation
import Groundwork
import TestSupport
import Testing

@Suite struct CheckpointTests {
  @Test func shardsReadAsOne() throws {
    let checkpoint = try Checkpoint(Fixture.url("sharded", in: .module).path)
    #expect(checkpoint.config["model_type"] == "test")
    #expect(checkpoint.names.count == 10)
    #expect(try checkpoint.entry(of: "embed").type == .bfloat16)
    #expect(try checkpoint.floats(of: "layers.1.up").count == 54)
    #expect(try checkpoint.json("preprocessor_config.json") == nil)
    #expect(throws: CheckpointsError.self) { try checkpoint.floats(of: "layers.9.up") }
  }

  @Test func sameTensorsGiveTheBytesOfTheReferenceLibrary() throws {
    let directory = try TemporaryDirectory()
    let url = try Fixture.url("types.safetensors", in: .module)
    let file = try SafetensorsFile(url.path)
    try SafetensorsWriter.write(
      sources(of: file.names.reversed(), in: file), to: directory("copy.safetensors"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: directory("copy.safetensors"))) == Data(contentsOf: url))
  }

  @Test func shardsAreThoseOfHuggingFace() throws {
    let directory = try TemporaryDirectory()
    let folder = try Fixture.url("sharded", in: .module)
    let checkpoint = try Checkpoint(folder.path)
    let order = (checkpoint.config["order"]?.array ?? []).compactMap(\.string)
    let tensors = try order.map { name in
      let entry = try checkpoint.entry(of: name)
      return TensorSource(name, entry.type, shape: entry.shape) { try $0(checkpoint.bytes(of: name)) }
    }
    try SafetensorsWriter.write(tensors, toDirectory: directory.path, shardLimit: 500)
    let expected = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0 != "config.json"
    }
    #expect(directory.names == expected.sorted())
    for name in expected {
      let written = try Data(contentsOf: URL(fileURLWithPath: directory(name)))
      #expect(try written == Data(contentsOf: folder.appendingPathComponent(name)), "\(name)")
    }
  }

  @Test func smallModelIsOneFile() throws {
    let directory = try TemporaryDirectory()
    try SafetensorsWriter.write(
      [
        TensorSource("w", floats: [1, -2.5, 3], shape: [3], as: .bfloat16),
        TensorSource("n", integers: [7], shape: []),
      ],
      toDirectory: directory.path)
    #expect(directory.names == ["model.safetensors"])
    let file = try SafetensorsFile(directory("model.safetensors"))
    #expect(try file.floats(of: "w") == [1, -2.5, 3])
    #expect(try file.integers(of: "n") == [7])
  }

  @Test func tensorsThatContradictThemselvesAreNotWritten() throws {
    let directory = try TemporaryDirectory()
    func write(_ tensors: [TensorSource]) throws { try SafetensorsWriter.write(tensors, to: directory("x")) }
    let short = #expect(throws: CheckpointsError.self) {
      try write([TensorSource("w", floats: [1], shape: [2])])
    }
    #expect(short?.sentence.contains("4 bytes too few") == true)
    let long = #expect(throws: CheckpointsError.self) {
      try write([TensorSource("w", floats: [1, 2], shape: [1])])
    }
    #expect(long?.sentence.contains("4 bytes too many") == true)
    let twice = TensorSource("w", floats: [1], shape: [1])
    #expect(throws: CheckpointsError.self) { try write([twice, twice]) }
    #expect(throws: CheckpointsError.self) {
      try write([TensorSource("w", floats: [], shape: [Int.max, 2])])
    }
  }

  @Test func pickledWeightsAreRefusedWithTheConversion() throws {
    let directory = try TemporaryDirectory()
    try File.writeAtomically(directory("config.json"), "{}")
    #expect(throws: CheckpointsError.noWeights(directory: directory.path)) { try Checkpoint(directory.path) }
    try File.writeAtomically(directory("pytorch_model-00001-of-00002.bin"), "x")
    let error = #expect(throws: CheckpointsError.self) { try Checkpoint(directory.path) }
    #expect(error?.sentence.contains("(pytorch_model-00001-of-00002.bin)") == true)
    #expect(
      error?.sentence.contains("python3 -c \"import glob, torch; from safetensors.torch import save_file; ")
        == true)
    #expect(error?.sentence.contains("\n") == false)
  }

  @Test(arguments: [
    (
      #"{"weight_map":{"a":"one.safetensors","b":"gone.safetensors"}}"#,
      "names the shard gone.safetensors, which is not there"
    ),
    (
      #"{"weight_map":{"a":"one.safetensors","c":"one.safetensors"}}"#,
      "puts the tensor c in one.safetensors, which does not have it"
    ),
    (#"{"weight_map":{"a":"one.safetensors"}}"#, "does not list the tensor b of one.safetensors"),
    (#"{"weight_map":{"a":"../one.safetensors"}}"#, "no .safetensors file beside it"),
    (#"{"weight_map":{"a":7}}"#, "no .safetensors file beside it"),
    (#"{"weights":{}}"#, "no object weight_map"),
    (#"{"weight_map":"#, "not valid JSON"),
  ]) func wrongIndexesAreRefused(_ index: String, reason: String) throws {
    let directory = try TemporaryDirectory()
    try File.writeAtomically(directory("config.json"), "{}")
    try File.writeAtomically(directory("model.safetensors.index.json"), index)
    try SafetensorsWriter.write(
      ["a", "b"].map { TensorSource($0, floats: [1], shape: [1]) }, to: directory("one.safetensors"))
    let error = #expect(throws: CheckpointsError.self) { try Checkpoint(directory.path) }
    #expect(error?.sentence.contains(reason) == true, "\(error?.sentence ?? "")")
  }

  private func sources(of names: [String], in file: SafetensorsFile) throws -> [TensorSource] {
    try names.map { name in
      let entry = try file.entry(of: name)
      return TensorSource(name, entry.type, shape: entry.shape) { try $0(file.bytes(of: name)) }
    }
  }
}
