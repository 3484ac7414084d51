import Checkpoints
import Console
import Groundwork

extension Inspection {
  /// One safetensors file: its tensors by type, and the largest of them.
  static func tensors(_ path: String) throws -> Inspection {
    let file = try SafetensorsFile(path)
    var inspection = Inspection(kind: "safetensors")
    inspection.add("path", "file", .string(path))
    inspection.add(
      "bytes", "size", .integer(try File.size(of: path)), shown: ByteCount.text(try File.size(of: path)))
    inspection.describe(TensorSummary(files: [file]))
    for (name, text) in file.metadata.sorted(by: { $0.key < $1.key }) {
      inspection.add("metadata.\(name)", name, .string(text))
    }
    return inspection
  }

  /// A model directory: its configuration, and the tensors of all its files.
  static func model(_ path: String) throws -> Inspection {
    let names = try File.list(path)
    var inspection = Inspection(kind: "model")
    inspection.add("path", "directory", .string(path))
    if names.contains("config.json") { try inspection.describeConfiguration(Path.join(path, "config.json")) }
    let files = names.filter { $0.hasSuffix(".safetensors") }
    inspection.add("files", "files", .integer(files.count))
    inspection.describe(TensorSummary(files: try files.map { try SafetensorsFile(Path.join(path, $0)) }))
    let companions = [
      "tokenizer.json", "tokenizer_config.json", "generation_config.json", "preprocessor_config.json",
    ]
    inspection.add(
      "companions", "beside them", .array(companions.filter(names.contains).map(JSON.string)))
    if files.isEmpty { inspection.remarks.append("there are no weights (*.safetensors) in this directory") }
    if !names.contains("config.json") {
      inspection.remarks.append("there is no config.json in this directory")
    }
    return inspection
  }

  private mutating func describeConfiguration(_ path: String) throws {
    let configuration: JSON
    do {
      configuration = try JSON(parsing: try File.read(path, limit: 16 << 20))
    } catch let error as JSONError {
      throw CheckpointsError.malformedFile(path: path, reason: error.sentence)
    }
    let fields = [
      ("model_type", "family"), ("architectures", "architectures"), ("hidden_size", "hidden size"),
      ("num_hidden_layers", "layers"), ("num_attention_heads", "attention heads"),
      ("num_key_value_heads", "key/value heads"), ("intermediate_size", "feed-forward size"),
      ("vocab_size", "vocabulary"), ("max_position_embeddings", "longest text"), ("image_size", "image size"),
      ("patch_size", "patch size"), ("torch_dtype", "stored as"), ("dtype", "stored as"),
    ]
    for (key, name) in fields where configuration[key] != nil { add(key, name, configuration[key]) }
  }

  private mutating func describe(_ summary: TensorSummary) {
    add("tensors", "tensors", .integer(summary.tensors))
    add(
      "parameters", "parameters", .integer(summary.parameters),
      shown: "\(summary.parameters) (\(ByteCount.text(summary.bytes)))")
    facts["tensor_bytes"] = .integer(summary.bytes)
    let types = summary.parametersByType.sorted { $0.value > $1.value }
    add(
      "types", "types", .object(JSONObject(types.map { ($0.key, .integer($0.value)) })),
      shown: types.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    var table = Table(columns: [.init("part"), .init("tensors", .right), .init("parameters", .right)])
    for part in summary.parts { table.add(part.name, "\(part.tensors)", "\(part.parameters)") }
    tables.append(table)
    facts["parts"] = .object(
      JSONObject(
        summary.parts.map {
          ($0.name, ["tensors": .integer($0.tensors), "parameters": .integer($0.parameters)])
        }))
  }
}

/// The tensors of a model, counted by the parts that their names begin with; layers count together.
struct TensorSummary {
  struct Part {
    let name: String
    var tensors = 0
    var parameters = 0
  }

  var tensors = 0
  var parameters = 0
  var bytes = 0
  var parametersByType: [String: Int] = [:]
  private(set) var parts: [Part] = []

  init(files: [SafetensorsFile]) {
    var places: [String: Int] = [:]
    for file in files {
      for name in file.names {
        guard let entry = file.entries[name] else { continue }
        tensors += 1
        parameters += entry.elementCount
        bytes += entry.byteRange.count
        parametersByType[entry.type.rawValue, default: 0] += entry.elementCount
        let part = Self.part(of: name)
        let place = places[part] ?? parts.count
        if place == parts.count {
          places[part] = place
          parts.append(Part(name: part))
        }
        parts[place].tensors += 1
        parts[place].parameters += entry.elementCount
      }
    }
  }

  /// "model.layers.17.mlp.up_proj.weight" belongs to "model.layers.*.mlp", "lm_head.weight" to "lm_head".
  static func part(of name: String) -> String {
    let words = name.split(separator: ".").map { $0.allSatisfy(\.isNumber) ? "*" : String($0) }
    guard let layer = words.firstIndex(of: "*") else {
      return words.count > 1 ? words.dropLast().joined(separator: ".") : name
    }
    return words.prefix(layer + 2).joined(separator: ".")
  }
}
