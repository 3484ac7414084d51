import Checkpoints
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport
import Testing

@testable import DeepSeek

/// The Llama family against transformers.
struct LlamaReferenceTests {
  private let llama: DecoderCase

  init() throws { llama = try DecoderCase("llama") }

  @Test(arguments: ["llama", "qwen2"])
  func logitsAndHiddenStatesAgree(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, _) = try reference.model(on: device)
    let tape = Tape(inference: device)
    let hidden = try model.hidden(TokenBatch(reference.sequences(), on: device), tape)
    let expected = reference.expected
    #expect(relativeError(try hidden.values(), try expected.floats("hidden")) < 1e-5)
    #expect(relativeError(try model.logits(hidden, tape).values(), try expected.floats("logits")) < 1e-5)
  }

  @Test(arguments: ["llama", "qwen2"])
  func lossAndEveryGradientAgree(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, parameters) = try reference.model(on: device, trainable: true)
    let tape = Tape(inference: device, recording: true)
    let loss = try reference.loss(model, tape)
    try tape.backward()
    #expect(abs(loss - (try reference.expected.floats("loss")[0])) < 1e-5)
    for parameter in parameters.parameters {
      let gradient = try #require(try parameter.tensor.gradientValues())
      let error = relativeError(gradient, try reference.expected.floats("grad." + parameter.name))
      #expect(error < 1e-4, "\(parameter.name): \(error)")
    }
  }

  @Test func recomputingLayersGivesTheSameGradients() throws {
    let device = try Device.cpu()
    let (model, parameters) = try llama.model(on: device, trainable: true)
    let tape = Tape(inference: device, recording: true)
    let batch = try TokenBatch(llama.sequences(), on: device)
    var x = try model.embed(batch, tape)
    for index in 0..<llama.configuration.layers {
      x = try tape.recomputing(x) { tape, x in try model.layer(index, x, batch, tape) }
    }
    let hidden = try model.finish(x, batch, tape)
    let targets = try llama.targets()
    let share = 1 / Float(targets.filter { $0 >= 0 }.count)
    _ = try tape.linearCrossEntropy(
      hidden, weight: model.outputWeight, targets: Tensor(indices: targets, on: device),
      factors: Tensor(targets.map { _ in share }, [targets.count], on: device))
    try tape.backward()
    for parameter in parameters.parameters {
      let gradient = try #require(try parameter.tensor.gradientValues())
      #expect(relativeError(gradient, try llama.expected.floats("grad." + parameter.name)) < 1e-4)
    }
  }

  @Test func tenTrainingStepsFollowTheReference() throws {
    let device = try Device.cpu()
    let (model, parameters) = try llama.model(on: device, trainable: true)
    let moments = try parameters.parameters.map {
      (try Tensor.zeros($0.shape, on: device), try Tensor.zeros($0.shape, on: device))
    }
    var losses: [Float] = []
    for step in 1...10 {
      let tape = Tape(inference: device, recording: true)
      losses.append(try llama.loss(model, tape))
      try tape.backward()
      let norm = try Tensor.gradientNorm(of: parameters.parameters.map(\.tensor), on: device)
      for (parameter, (mean, square)) in zip(parameters.parameters, moments) {
        try parameter.tensor.adamW(
          mean: mean, square: square, rate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
          decay: parameter.decays ? 0.1 : 0, step: step, gradientScale: min(1, 1 / Float(norm + 1e-6)))
        parameter.tensor.clearGradient()
      }
    }
    let wanted = try llama.expected.floats("training_losses")
    for (loss, reference) in zip(losses, wanted) { #expect(abs(loss - reference) / reference < 1e-4) }
    #expect(losses[9] < losses[0])
  }

  @Test func decodingWithACacheFollowsTheReference() throws {
    let device = try Device.cpu()
    let (model, _) = try llama.model(on: device)
    let wanted = try llama.expected.integers("greedy")
    let cache = try KeyValueCache(llama.configuration, sequences: 1, capacity: wanted.count, on: device)
    var tokens = Array(wanted[..<8])
    var next = tokens
    while tokens.count < wanted.count {
      let tape = Tape(inference: device)
      let hidden = try model.hidden(
        TokenBatch([next], startingAt: cache.lengths, on: device), cache: cache, tape)
      let last = try hidden.rows(hidden.rowCount - 1..<hidden.rowCount)
      let logits = try model.logits(last, tape).values()
      next = [logits.indices.max { logits[$0] < logits[$1] } ?? 0]
      tokens += next
    }
    #expect(tokens == wanted)
  }

  @Test func sequencesOfABatchDoNotTouchEachOther() throws {
    let device = try Device.cpu()
    let (model, _) = try llama.model(on: device)
    func hidden(_ sequences: [[Int]]) throws -> [Float] {
      try model.hidden(TokenBatch(sequences, on: device), Tape(inference: device)).values()
    }
    let first = [3, 9, 41, 7, 22]
    let second = [5, 6, 70]
    let third = [11, 0, 2, 2, 8, 33, 79]
    let together = try hidden([first, second, third])
    let changed = try hidden([first, [60, 61, 1], third])
    let size = llama.configuration.hiddenSize
    #expect(together[..<(5 * size)] == changed[..<(5 * size)])
    #expect(together[(8 * size)...] == changed[(8 * size)...])
    #expect(together[(5 * size)..<(8 * size)] != changed[(5 * size)..<(8 * size)])
    let alone = try [first, second, third].flatMap { try hidden([$0]) }
    #expect(relativeError(together, alone) < 1e-5)
  }

  @Test func aCheckpointThatDoesNotFitIsRefusedByName() throws {
    let device = try Device.cpu()
    var other = llama.configuration
    other.layers = 3
    let larger = ParameterSet(on: device)
    _ = try TextTransformer(other, in: larger)
    let file = try SafetensorsFile(llama.folder.appending(path: "model.safetensors").path)
    #expect { try larger.load(file) } throws: { "\($0)".contains("model.layers.2.input_layernorm.weight") }
    other.layers = 1
    let smaller = ParameterSet(on: device)
    _ = try TextTransformer(other, in: smaller)
    #expect { try smaller.load(file) } throws: { "\($0)".contains("not part of this model") }
    other = llama.configuration
    other.feedForwardSize = 60
    let wider = ParameterSet(on: device)
    _ = try TextTransformer(other, in: wider)
    #expect { try wider.load(file) } throws: { "\($0)".contains("has the shape") }
  }

  @Test(arguments: ["llama", "qwen2"])
  func theConfigurationReadsBackEqual(_ name: String) throws {
    let configuration = try DecoderCase(name).configuration
    #expect(try TextConfiguration(configuration.json) == configuration)
    #expect(configuration.attentionBias == (name == "llama" ? .none : .inputs))
  }

  @Test func whatIsNotComputedIsRefusedByName() throws {
    let json = try JSON(parsing: File.read(llama.folder.appending(path: "config.json").path))
    for (key, value, message) in [
      ("architectures", ["MistralForCausalLM"], "MistralForCausalLM"),
      ("use_sliding_window", true, "use_sliding_window"),
      ("mlp_bias", true, "mlp_bias"), ("hidden_act", "relu", "must be silu"),
    ] as [(String, JSON, String)] {
      var changed = try #require(json.object)
      changed[key] = value
      #expect { try TextConfiguration(.object(changed)) } throws: { "\($0)".contains(message) }
    }
  }
}
