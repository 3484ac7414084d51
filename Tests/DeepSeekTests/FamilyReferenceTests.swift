import Checkpoints
import Foundation
import Groundwork
import Layers
import Tensors
import TestSupport
import Testing

@testable import DeepSeek

/// Every architecture of the family against transformers (`tools/reference/families.py`).
struct FamilyReferenceTests {
  static let names = ["coder", "distill-llama", "moe", "v2-lite", "v2", "v3", "v3-float8"]

  @Test(arguments: names)
  func logitsAndHiddenStatesAgree(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, _) = try reference.loaded(on: device)
    let tape = Tape(inference: device)
    let hidden = try model.hidden(TokenBatch(reference.sequences(), on: device), tape)
    #expect(relativeError(try hidden.values(), try reference.expected.floats("hidden")) < 2e-5)
    let logits = try model.logits(hidden, tape).values()
    #expect(relativeError(logits, try reference.expected.floats("logits")) < 2e-5)
  }

  @Test(arguments: names)
  func lossAndEveryGradientAgree(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, parameters) = try reference.loaded(on: device, trainable: true)
    let tape = Tape(inference: device, recording: true)
    let loss = try reference.loss(model, tape)
    try tape.backward()
    #expect(abs(loss - (try reference.expected.floats("loss")[0])) < 1e-5)
    #expect(parameters.trainable.count == reference.expected.names.count { $0.hasPrefix("grad.") })
    for parameter in parameters.trainable {
      let wanted = try reference.expected.floats("grad." + parameter.name)
      let gradient = try parameter.tensor.gradientValues() ?? Array(repeating: 0, count: wanted.count)
      let error = relativeError(gradient, wanted)
      #expect(error < 1e-4 || wanted.allSatisfy { $0 == 0 } && error == 0, "\(parameter.name): \(error)")
    }
  }

  @Test(arguments: names)
  func greedyDecodingFollowsWithAndWithoutACache(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, _) = try reference.loaded(on: device)
    let wanted = try reference.expected.integers("greedy")
    let cache = try KeyValueCache(
      reference.configuration, sequences: 1, capacity: wanted.count, on: device)
    for cache in [cache, nil] {
      var tokens = Array(wanted[..<8])
      while tokens.count < wanted.count {
        let tape = Tape(inference: device)
        let start = cache?.lengths[0] ?? 0
        let batch = try TokenBatch([Array(tokens[start...])], startingAt: [start], on: device)
        let hidden = try model.hidden(batch, cache: cache, tape)
        let last = try hidden.rows(hidden.rowCount - 1..<hidden.rowCount)
        let logits = try model.logits(last, tape).values()
        tokens.append(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
      }
      #expect(tokens == wanted)
    }
  }

  /// A text read in pieces, with few or many tokens behind others, gives what it gives at once.
  @Test(arguments: names)
  func piecesWithACacheGiveTheSameAsTheWhole(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, _) = try reference.loaded(on: device)
    let first = (0..<40).map { ($0 * 7 + 3) % 40 }
    let second = (0..<40).map { ($0 * 11 + 5) % 40 }
    let whole = try model.hidden(TokenBatch([first, second], on: device), Tape(inference: device)).values()
    let size = reference.configuration.hiddenSize
    let cache = try KeyValueCache(reference.configuration, sequences: 2, capacity: 64, on: device)
    var pieces: [[Float]] = [[], []]
    // The second sequence lags behind, and rests once.
    for (ahead, behind) in [(4, 2), (1, 1), (3, 0), (30, 36), (2, 1)] {
      let starts = cache.lengths
      let parts = [
        Array(first[starts[0]..<starts[0] + ahead]), Array(second[starts[1]..<starts[1] + behind]),
      ]
      let hidden = try model.hidden(
        TokenBatch(parts, startingAt: starts, on: device), cache: cache, Tape(inference: device)
      ).values()
      pieces[0] += hidden[..<(ahead * size)]
      pieces[1] += hidden[(ahead * size)...]
    }
    #expect(relativeError(pieces.joined().map { $0 }, whole) < 2e-5)
  }

  @Test(arguments: names)
  func theConfigurationReadsBackEqual(_ name: String) throws {
    var configuration = try DecoderCase(name).configuration
    let again = try TextConfiguration(configuration.json)
    // Layers that are not read are not written either.
    configuration.predictionLayers = 0
    #expect(again == configuration)
  }

  /// What is written is the checkpoint again: every number, under the same names.
  @Test(arguments: names)
  func aSavedModelReadsBackEqual(_ name: String) throws {
    let reference = try DecoderCase(name)
    let device = try Device.cpu()
    let (model, parameters) = try reference.loaded(on: device)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try CheckpointDirectory.write(folder) {
      try TextCheckpoint.write(reference.configuration, parameters, into: $0)
    }
    let written = try Checkpoint(folder)
    let again = ParameterSet(on: device)
    let copy = try TextTransformer(TextConfiguration(written.config), in: again)
    try again.load(written)
    let batch = try TokenBatch(reference.sequences(), on: device)
    let tape = Tape(inference: device)
    #expect(try model.hidden(batch, tape).values() == copy.hidden(batch, tape).values())
  }

  /// DeepSeek-V2 without latent attention is DeepSeekMoE in other words.
  @Test func v2WithoutLatentAttentionIsTheMixtureOfTheFirst() throws {
    let reference = try DecoderCase("moe")
    var object = try #require(try JSON(parsing: reference.configurationBytes()).object)
    object["architectures"] = ["DeepseekV2ForCausalLM"]
    object["model_type"] = "deepseek_v2"
    object["use_mla"] = false
    object["topk_method"] = "greedy"
    // What transformers writes for all models of V2.
    object["head_dim"] = 64
    object["qk_rope_head_dim"] = 64
    let configuration = try TextConfiguration(.object(object))
    #expect(configuration.latentAttention == nil && configuration.headSize == 8)
    let device = try Device.cpu()
    let parameters = ParameterSet(on: device)
    let model = try TextTransformer(configuration, in: parameters)
    try parameters.load(Checkpoint(reference.folder.path))
    let tape = Tape(inference: device)
    let hidden = try model.hidden(TokenBatch(reference.sequences(), on: device), tape)
    #expect(relativeError(try hidden.values(), try reference.expected.floats("hidden")) < 2e-5)
    #expect(try TextConfiguration(configuration.json) == configuration)
  }

  @Test func theCacheOfLatentAttentionHoldsLatentAndRotatedKeyAlone() throws {
    #expect(try DecoderCase("v3").configuration.cachedWidths == [8 + 4])
    #expect(try DecoderCase("moe").configuration.cachedWidths == [16, 16])
  }

  @Test func expertsCountTheirTokens() throws {
    let reference = try DecoderCase("v3")
    let device = try Device.cpu()
    let (model, _) = try reference.loaded(on: device)
    let sequences = try reference.sequences()
    #expect(model.expertImbalance == nil)
    _ = try model.hidden(TokenBatch(sequences, on: device), Tape(inference: device))
    let load = try #require(model.expertLoad.first)
    #expect(model.expertLoad.count == 1 && load.layer == 1 && load.tokens.count == 8)
    #expect(load.tokens.reduce(0, +) == 3 * sequences.joined().count)
    #expect(try #require(model.expertImbalance) > 1)
    model.forgetExpertLoad()
    #expect(model.expertImbalance == nil)
  }
}

extension DecoderCase {
  func configurationBytes() throws -> [UInt8] {
    try File.read(folder.appending(path: "config.json").path)
  }

  /// The model from its directory, as a user has it.
  func loaded(on device: Device, trainable: Bool = false) throws -> (TextTransformer, ParameterSet) {
    let checkpoint = try Checkpoint(folder.path)
    let parameters = ParameterSet(on: device, isTrainable: { _ in trainable })
    let model = try TextTransformer(configuration, in: parameters)
    try parameters.load(
      checkpoint, ignoring: TextCheckpoint(configuration, names: checkpoint.names).isIgnored)
    return (model, parameters)
  }
}
