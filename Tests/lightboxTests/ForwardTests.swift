import Checkpoints
import Groundwork
import TestSupport
import Testing

@Suite struct ForwardTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(
    _ model: String, _ tensors: [TensorSource], gradients: String? = nil
  ) throws -> (result: Binary.Result, output: () throws -> Fixture) {
    let inputs = try scratch.write("in.safetensors", tensors: tensors)
    let outputs = Path.join(scratch.path, "out.safetensors")
    let result =
      try gradients.map {
        try Binary.run("forward", model, "--inputs", inputs, "--outputs", outputs, "--gradients", $0)
      } ?? Binary.run("forward", model, "--inputs", inputs, "--outputs", outputs)
    return (result, { try Fixture(path: outputs) })
  }

  private func ids(_ values: [Int], _ shape: [Int], name: String = "input_ids") -> TensorSource {
    TensorSource(name, integers: values.map(Int64.init), shape: shape)
  }

  @Test func aTextModelAgreesInLogitsLossAndEveryGradient() throws {
    let llama = try ReferenceModel(ReferenceModel.llama)
    let expected = llama.expected
    let outputs = Path.join(scratch.path, "out.safetensors")
    let result = try Binary.run(
      "forward", llama.path, "--inputs", llama.path + "/expected.safetensors", "--outputs", outputs,
      "--gradients", "all")
    #expect(result.code == 0 && result.output.isEmpty)
    #expect(result.messages.contains("expected.safetensors: not read: "))
    let got = try Fixture(path: outputs)
    #expect(try got.shape("logits") == [2, 21, 80])
    #expect(try got.shape("last_hidden_state") == [2, 21, 32])
    #expect(try got.shape("loss") == [])
    #expect(relativeError(try got.floats("logits"), try expected.floats("logits")) < 1e-5)
    #expect(relativeError(try got.floats("last_hidden_state"), try expected.floats("hidden")) < 1e-5)
    #expect(relativeError(try got.floats("loss"), try expected.floats("loss")) < 1e-5)
    let gradients = expected.names.filter { $0.hasPrefix("grad.") }
    #expect(got.names.filter { $0.hasPrefix("grad.") } == gradients)
    for name in gradients {
      let error = relativeError(try got.floats(name), try expected.floats(name))
      #expect(error < 1e-4, "\(name): \(error)")
    }
  }

  @Test func oneRowKeepsItsShapeAndOnlyWhatIsAskedForComes() throws {
    let llama = try ReferenceModel(ReferenceModel.llama)
    let row = try Array(llama.expected.integers("input_ids")[..<21])
    let narrow = TensorSource("input_ids", .int32, shape: [21]) { write in
      try row.map { Int32($0) }.withUnsafeBytes(write)
    }
    let plain = try run(llama.path, [narrow])
    #expect(plain.result.code == 0 && plain.result.messages.isEmpty)
    #expect(try plain.output().names == ["last_hidden_state", "logits"])
    let logits = try plain.output().floats("logits")
    #expect(try plain.output().shape("logits") == [21, 80])
    #expect(relativeError(logits, try Array(llama.expected.floats("logits")[..<(21 * 80)])) < 1e-5)
    let names = ["lm_head.weight", "model.norm.weight"]
    let some = try run(
      llama.path, [narrow, ids(row, [21], name: "labels")], gradients: names.joined(separator: ","))
    #expect(some.result.code == 0)
    #expect(
      try some.output().names == names.map { "grad." + $0 } + ["last_hidden_state", "logits", "loss"])
    // A loss and a probe: the gradients add up.
    let zeros = TensorSource("probe", floats: [Float](repeating: 0, count: 21 * 32), shape: [21, 32])
    let both = try run(llama.path, [narrow, ids(row, [21], name: "labels"), zeros], gradients: names[1])
    let norm = "grad." + names[1]
    let error = relativeError(try both.output().floats(norm), try some.output().floats(norm))
    #expect(error < 1e-6)
  }

  @Test func aVisionEncoderAgrees() throws {
    let vit = try ReferenceModel(ReferenceModel.vit)
    let expected = vit.expected
    let inputs = try ["pixel_values", "probe"].map {
      TensorSource($0, floats: try expected.floats($0), shape: try expected.shape($0))
    }
    let (result, output) = try run(vit.path, inputs, gradients: "all")
    #expect(result.code == 0 && result.messages.isEmpty)
    let got = try output()
    for name in ["last_hidden_state", "pooler_output"] {
      #expect(try got.shape(name) == expected.shape(name))
      #expect(relativeError(try got.floats(name), try expected.floats(name)) < 1e-5)
    }
    #expect(try got.shape("grad.pixel_values") == expected.shape("pixel_values"))
    for name in expected.names where name.hasPrefix("grad.") && !name.hasSuffix("key.bias") {
      let error = relativeError(try got.floats(name), try expected.floats(name))
      #expect(error < 1e-4 || name.hasPrefix("grad.pooler"), "\(name): \(error)")
    }
    // Nothing that the probe weighs depends on the pooler.
    #expect(try got.floats("grad.pooler.dense.weight").allSatisfy { $0 == 0 })
  }

  @Test func aJointModelReadsTextAndImages() throws {
    let joint = try ReferenceModel(ReferenceModel.joint)
    let expected = joint.expected
    // The third study: fourteen tokens, six of them the prompt, and the last two of three images.
    let size = 32 * 32
    let pixels = TensorSource(
      "pixel_values", floats: try Array(expected.floats("pixel_values")[size...]), shape: [2, 1, 32, 32])
    let tokens = try Array(expected.integers("ids")[18...])
    let views = try ids(Array(expected.integers("views")[1...]), [2], name: "views")
    let (result, output) = try run(
      joint.path, [pixels, ids(tokens, [1, 14]), views, ids([6], [1], name: "prompt_lengths")])
    #expect(result.code == 0, "\(result.messages)")
    let got = try output()
    let hidden = try expected.floats("inference_hidden")[(18 * 32)...]
    #expect(relativeError(try got.floats("last_hidden_state"), Array(hidden)) < 1e-5)
    for (name, wanted, count) in [
      ("finding_logits", "inference_finding_logits", 3), ("class_logits", "inference_class_logits", 4),
    ] {
      #expect(try got.shape(name) == [1, count])
      let row = try expected.floats(wanted)[(2 * count)...]
      #expect(relativeError(try got.floats(name), Array(row)) < 1e-5)
    }
    // Images alone: the vision encoder's own tokens.
    let seen = try run(joint.path, [pixels]).output()
    #expect(try seen.shape("last_hidden_state") == [2, 16, 24])
    #expect(seen.names == ["last_hidden_state"])
    // Two studies, the first with both images, the second with none: it is as if it were alone.
    let both = try run(
      joint.path,
      [pixels, ids(tokens + tokens, [2, 14]), ids([2, 0], [2], name: "images_per_study")], gradients: "all")
    #expect(both.result.code == 65)
    #expect(both.result.messages.contains("needs a tensor labels (I32 or I64, [2, 14])"))
    let labelled = try run(
      joint.path,
      [
        pixels, ids(tokens + tokens, [2, 14]), ids([2, 0], [2], name: "images_per_study"),
        ids(tokens + tokens, [2, 14], name: "labels"),
      ], gradients: "all")
    #expect(labelled.result.code == 0, "\(labelled.result.messages)")
    let states = try labelled.output().floats("last_hidden_state")
    let gradient = try labelled.output().floats("grad.vision.stem.0.conv.weight")
    #expect(gradient.contains { $0 != 0 })
    #expect(!(try labelled.output().names.contains { $0.contains("running") }))
    let alone = try run(joint.path, [ids(tokens, [14])]).output().floats("last_hidden_state")
    #expect(relativeError(Array(states[(14 * 32)...]), alone) < 1e-6)
    #expect(relativeError(Array(states[..<(14 * 32)]), alone) > 1e-2)
  }

  @Test func wrongInputIsNamed() throws {
    let llama = try ReferenceModel(ReferenceModel.llama).path
    let vit = try ReferenceModel(ReferenceModel.vit).path
    let joint = try ReferenceModel(ReferenceModel.joint).path
    let good = ids([3, 4, 5], [3])
    let pixels = TensorSource(
      "pixel_values", floats: Array(repeating: 0, count: 1728), shape: [1, 3, 24, 24])
    let cases: [(model: String, inputs: [TensorSource], gradients: String?, code: Int32, message: String)] = [
      (llama, [pixels], nil, 65, "the tensor input_ids is missing"),
      (llama, [TensorSource("input_ids", floats: [1], shape: [1])], nil, 65, "stored as F32"),
      (llama, [ids([3], [1, 1, 1])], nil, 65, "has the shape [1, 1, 1]"),
      (llama, [ids([], [0])], nil, 65, "with tokens in it"),
      (llama, [ids([3, 80], [2])], nil, 65, "holds 80, which is outside the vocabulary of 80"),
      (llama, [ids([-1], [1])], nil, 65, "holds -1"),
      (llama, [ids(Array(repeating: 1, count: 65), [65])], nil, 65, "65 tokens do not fit"),
      (
        llama, [good, ids([3, 4], [2], name: "labels")], nil, 65,
        "labels has the shape [2], but input_ids has [3]"
      ),
      (llama, [good, ids([3, -1, 5], [3], name: "labels")], nil, 65, "holds -1, which is neither -100"),
      (llama, [good, ids([3, -100, -100], [3], name: "labels")], nil, 65, "leaves no token to predict"),
      (llama, [good], "all", 65, "needs a tensor labels"),
      (llama, [good], "lm_haed.weight", 64, "did you mean lm_head.weight?"),
      (llama, [good, good.named("labels")], "pixel_values", 65, "needs images"),
      (vit, [good], nil, 65, "the tensor pixel_values is missing"),
      (vit, [good.named("pixel_values")], nil, 65, "stored as I64"),
      (
        vit, [TensorSource("pixel_values", floats: [0], shape: [1, 1, 1, 1])], nil, 65,
        "[images, 3, height, width]"
      ),
      (
        vit,
        [TensorSource("pixel_values", floats: Array(repeating: 0, count: 3 * 8 * 7), shape: [1, 3, 8, 7])],
        nil, 65, "8 × 7 hold no patch of 8 × 8"
      ),
      (vit, [pixels], "layernorm.bias", 65, "needs a tensor probe (F32, [1, 10, 24])"),
      (vit, [pixels, TensorSource("probe", floats: [0], shape: [1])], nil, 65, "probe has the shape [1]"),
      (joint, [good], "vision.stem.0.norm.running_mean", 64, "has no gradient"),
    ]
    for (model, inputs, gradients, code, message) in cases {
      let (result, _) = try run(model, inputs, gradients: gradients)
      #expect(result.code == code, "\(message): \(result.messages)")
      #expect(result.messages.contains(message), "\(result.messages)")
    }
    #expect(try Binary.run("forward", llama).code == 64)
    let missing = try Binary.run("forward", llama, "--inputs", "/no/such", "--outputs", "/no/such/out")
    #expect(missing.code == 65)
  }

  @Test func imagesMustBelongToStudies() throws {
    let joint = try ReferenceModel(ReferenceModel.joint).path
    func pixels(_ count: Int) -> TensorSource {
      TensorSource(
        "pixel_values", floats: [Float](repeating: 0, count: count * 1024), shape: [count, 1, 32, 32])
    }
    let rows = ids([1, 2, 3, 4], [2, 2])
    for (inputs, message) in [
      ([rows, pixels(3)], "which of the 3 images belong to which of the 2 studies"),
      (
        [rows, pixels(3), ids([1, 1], [2], name: "images_per_study")],
        "counts 2 images, but pixel_values holds 3"
      ),
      ([rows, pixels(2), ids([0], [1], name: "views")], "views has the shape [1], but must have [2]"),
      ([rows, pixels(2), ids([0, 4], [2], name: "views")], "holds 4, but must hold numbers from 0 to 3"),
      ([rows, pixels(2), ids([0, 3], [2], name: "prompt_lengths")], "holds 3"),
    ] {
      let (result, _) = try run(joint, inputs)
      #expect(result.code == 65 && result.messages.contains(message), "\(message): \(result.messages)")
    }
    #expect(try run(joint, [rows, pixels(2)]).result.code == 0)
  }
}

extension TensorSource {
  /// Whole numbers 3, 4, 5 under another name.
  fileprivate func named(_ name: String) -> TensorSource {
    TensorSource(name, integers: [3, 4, 5], shape: [3])
  }
}
