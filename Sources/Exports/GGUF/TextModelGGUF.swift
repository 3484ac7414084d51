import DeepSeek
import Fusion
import Groundwork
import Layers
import Tensors
import Tokenization

/// The text part of a model as llama.cpp reads it: the architectures `llama` and `qwen2`.
public struct TextModelGGUF {
  private let model: JointModel
  private let configuration: TextConfiguration
  private let tokenizer: Tokenizer
  private let path: String

  /// - Parameters:
  ///   - model: with its adapters merged, as the file has no place for them.
  ///   - path: the model's directory, for errors and the file's title.
  public init(_ model: JointModel, tokenizer: Tokenizer, path: String) throws {
    guard model.parameters.adapters?.isMerged ?? true else {
      throw ExportsError.unsupported(path: path, reason: "its adapters must be merged first")
    }
    self.model = model
    self.tokenizer = tokenizer
    self.path = path
    configuration = model.configuration.text
    switch configuration.ropeScaling {
    case .none, .linear, .llama3: break
    default:
      throw ExportsError.unsupported(
        path: path, reason: "its rope scaling is none of linear and llama3; export to huggingface instead")
    }
    let known = Set((try Self.names(configuration)).map(\.ours))
    let strange = model.parameters.parameters.first {
      !known.contains($0.name) && !["vision.", "fusion.", "heads."].contains(where: $0.name.hasPrefix)
    }
    if let strange {
      throw ExportsError.unsupported(
        path: path,
        reason: "the tensor \(strange.name) is none of Llama's or Qwen 2's; export to huggingface instead")
    }
  }

  public func write(to file: String, as numbers: GGUFNumbers) throws {
    let tensors = try Self.names(configuration).map { name -> GGUFTensor in
      guard let parameter = model.parameters[name.ours] else {
        throw ExportsError.missing(path: path, what: "tensor \(name.ours)")
      }
      return GGUFTensor(name.theirs, shape: parameter.shape, as: numbers) {
        let values = try parameter.tensor.values()
        guard let heads = name.heads, architecture == "llama" else { return values }
        return Self.interleaved(values, heads: heads, rows: parameter.shape[0])
      }
    }
    try GGUFWriter.write(
      metadata(numbers) + TokenizerGGUF(tokenizer, size: configuration.vocabularySize, path: path).metadata,
      tensors + frequencyFactors, to: file)
  }

  private var architecture: String { configuration.attentionBias == .inputs ? "qwen2" : "llama" }

  private func metadata(_ numbers: GGUFNumbers) -> [(key: String, value: GGUFValue)] {
    func size(_ number: Int) -> GGUFValue { .uint32(UInt32(clamping: number)) }
    var values: [(key: String, value: GGUFValue)] = [
      ("general.architecture", .string(architecture)), ("general.name", .string(Path.name(of: path))),
      ("general.file_type", .uint32(numbers.fileType)), ("general.quantization_version", .uint32(2)),
    ]
    values += [
      ("block_count", size(configuration.layers)), ("context_length", size(configuration.contextLength)),
      ("embedding_length", size(configuration.hiddenSize)),
      ("feed_forward_length", size(configuration.feedForwardSize)),
      ("attention.head_count", size(configuration.heads)),
      ("attention.head_count_kv", size(configuration.keyValueHeads)),
      ("attention.key_length", size(configuration.headSize)),
      ("attention.value_length", size(configuration.headSize)),
      ("attention.layer_norm_rms_epsilon", .float32(configuration.normEpsilon)),
      ("rope.dimension_count", size(configuration.headSize)),
      ("rope.freq_base", .float32(Float(configuration.ropeTheta))),
      ("vocab_size", size(configuration.vocabularySize)),
    ].map { ("\(architecture).\($0.0)", $0.1) }
    if case .linear(let factor) = configuration.ropeScaling {
      values += [
        ("\(architecture).rope.scaling.type", .string("linear")),
        ("\(architecture).rope.scaling.factor", .float32(Float(factor))),
      ]
    }
    return values
  }

  /// Llama 3's scaling as llama.cpp wants it: by how much each frequency is divided.
  private var frequencyFactors: [GGUFTensor] {
    guard case .llama3 = configuration.ropeScaling else { return [] }
    let half = configuration.headSize / 2
    return [
      GGUFTensor("rope_freqs.weight", shape: [half], as: .float32) {
        let device = model.device
        let scaled = try RotaryEmbedding(
          headSize: configuration.headSize, theta: configuration.ropeTheta,
          scaling: configuration.ropeScaling,
          on: device)
        let plain = try RotaryEmbedding(
          headSize: configuration.headSize, theta: configuration.ropeTheta, scaling: .none, on: device)
        return zip(try plain.frequencies.values(), try scaled.frequencies.values()).map { $0 / $1 }
      }
    ]
  }

  /// llama.cpp rotates the pairs (2i, 2i + 1) of a head where Hugging Face rotates (i, i + half), so that rows of queries and
  /// keys change places. `values`: a matrix or a bias of so many rows.
  static func interleaved(_ values: [Float], heads: Int, rows: Int) -> [Float] {
    let columns = values.count / rows
    let half = rows / heads / 2
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for head in 0..<heads {
      for pair in 0..<half {
        for side in 0..<2 {
          let row = head * 2 * half + side * half + pair
          result += values[row * columns..<(row + 1) * columns]
        }
      }
    }
    return result
  }
}
