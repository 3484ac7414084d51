import Groundwork
import Testing

@Suite struct InspectTests {
  private let studies = """
    {"schema":"study/1","id":"a","patient":"p","split":"train","complaint":{"text":"咳嗽三天","language":"zh"},\
    "age_years":40,"sex":"F","images":[{"path":"a.png","view":"PA"}],\
    "findings":[{"code":"pleural_effusion","presence":"present","laterality":"left"},{"code":"nodule","presence":"absent"}]}

    {"schema":"study/1","id":"b","patient":"p","complaint":{"text":"cough","language":"en"},"age_years":60,"label":"x"}

    """

  @Test func aDataSetIsCounted() throws {
    let scratch = try Scratch()
    let file = try scratch.write("set/studies.jsonl", studies)
    let facts = try #require(try Binary.run("inspect", file, "--json").json)
    #expect(facts["kind"]?.string == "studies")
    #expect(facts["studies"]?.integer == 2)
    #expect(facts["patients"]?.integer == 1)
    #expect(facts["without_image"]?.integer == 1)
    #expect(facts["complaint_length"]?.number == 4.5)
    #expect(facts["age_years"]?["maximum"]?.number == 60)
    #expect(facts["findings"] == ["pleural_effusion": 1])
    #expect(facts["splits"] == ["train": 1, "none": 1])
    // The directory that holds it is the same data set.
    let again = try #require(try Binary.run("inspect", Path.parent(of: file), "--json").json)
    #expect(again["studies"]?.integer == 2)
    let shown = try Binary.run("inspect", file)
    #expect(shown.output.contains("pleural_effusion  1  50.0\n"))
    #expect(!shown.output.contains("咳嗽"))
  }

  @Test func aWrongRecordIsNamedByItsLine() throws {
    let scratch = try Scratch()
    let file = try scratch.write("studies.jsonl", studies + "{\"schema\":\"study/1\",\"id\":7}\n")
    let result = try Binary.run("inspect", file)
    #expect(result.code == 65)
    #expect(result.messages.hasPrefix("lightbox: \(file), line 4"))
  }

  @Test func safetensorsAreSummedByPart() throws {
    let scratch = try Scratch()
    let header = """
      {"__metadata__":{"format":"pt"},"model.layers.0.mlp.up.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
      "model.layers.1.mlp.up.weight":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]}}
      """
    let size = UInt64(header.utf8.count)
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: 28)
    let file = try scratch.write("model/model.safetensors", bytes)
    let facts = try #require(try Binary.run("inspect", file, "--json").json)
    #expect(facts["kind"]?.string == "safetensors")
    #expect(facts["parameters"]?.integer == 8)
    #expect(facts["types"] == ["F32": 6, "BF16": 2])
    #expect(facts["parts"]?["model.layers.*.mlp"]?["tensors"]?.integer == 2)
    _ = try scratch.write(
      "model/config.json", #"{"model_type":"llama","hidden_size":64,"architectures":["LlamaForCausalLM"]}"#)
    let model = try #require(try Binary.run("inspect", Path.parent(of: file), "--json").json)
    #expect(model["kind"]?.string == "model")
    #expect(model["hidden_size"]?.integer == 64)
    #expect(model["parameters"]?.integer == 8)
    let cut = try scratch.write("cut.safetensors", Array(bytes.dropLast(1)))
    #expect(try Binary.run("inspect", cut).code == 65)
  }

  @Test func aRunShowsHowFarItCame() throws {
    let scratch = try Scratch()
    let lines = (1...50).map {
      #"{"kind":"train","step":\#($0),"loss":\#(4.0 / Double($0))}"# + "\n"
        + #"{"kind":"evaluation","step":\#($0),"loss":\#(5.0 / Double($0))}"#
    }
    // The last line is being written.
    let file = try scratch.write("run/metrics.jsonl", lines.joined(separator: "\n") + "\n{\"step\":51,\"lo")
    try File.createDirectory(Path.join(scratch.path, "run/checkpoints/step-50"))
    let run = Path.parent(of: file)
    let facts = try #require(try Binary.run("inspect", run, "--json").json)
    #expect(facts["kind"]?.string == "run")
    #expect(facts["step"]?.integer == 50)
    #expect(facts["checkpoints"] == ["step-50"])
    #expect(facts["metrics"]?["evaluation.loss"]?["last"]?.number == 0.1)
    #expect(try Binary.run("inspect", run).output.contains("│"))
    _ = try scratch.write("run/metrics.jsonl", "{\"step\":1}\n{broken\n{\"step\":2}\n")
    let broken = try Binary.run("inspect", run)
    #expect(broken.code == 65 && broken.messages.contains("metrics.jsonl, line 2: "))
  }

  @Test func whatIsNotKnownIsRefused() throws {
    let scratch = try Scratch()
    let file = try scratch.write("notes.txt", "hello")
    #expect(try Binary.run("inspect", file).code == 65)
    #expect(try Binary.run("inspect", scratch.path).code == 65)
  }
}
