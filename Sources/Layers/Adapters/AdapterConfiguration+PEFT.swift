import Groundwork

/// Between `AdapterConfiguration` and the adapter_config.json of the PEFT library (`LoraConfig`).
extension AdapterConfiguration {
  /// Keys that say nothing about what is computed once the adapter is trained.
  private static let neutralKeys: Set = [
    "auto_mapping", "base_model_name_or_path", "ensure_weight_tying", "eva_config", "exclude_modules",
    "inference_mode", "layers_pattern", "layers_to_transform", "megatron_core", "peft_version",
    "qalora_group_size", "revision", "runtime_config", "task_type",
  ]
  private static let knownKeys: Set = [
    "peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "use_dora", "bias",
    "init_lora_weights",
  ]
  /// Ways to start an adapter that leave the weights beside it as they are.
  private static let plainStarts: Set = ["gaussian", "eva", "orthogonal"]

  /// - Parameters:
  ///   - json: adapter_config.json.
  ///   - path: what errors call it.
  ///   - modules: the layers that the adapter's tensors are for. They decide, as PEFT writes a tensor for every layer it
  ///     adapts.
  public init(peft json: JSON, path: String, modules: [String]) throws {
    func wrong(_ key: String, _ reason: String) -> LayersError {
      .configuration(place: "\(path): \(key)", reason: reason)
    }
    guard let object = json.object else { throw wrong("the file", "is \(json.kind), not an object") }
    guard json["peft_type"]?.string == "LORA" else {
      throw wrong("peft_type", "must be LORA, of which rsLoRA and DoRA are kinds")
    }
    for (key, value) in object where !Self.neutralKeys.contains(key) && !Self.knownKeys.contains(key) {
      guard value.isNull || value == false || value.array?.isEmpty == true || value.object?.count == 0 else {
        throw wrong(key, "is set, which changes what is computed in a way that Lightbox does not know")
      }
    }
    guard json["bias"].map({ $0.isNull || $0 == "none" }) ?? true else {
      throw wrong("bias", "must be none, as biases are frozen here")
    }
    if let start = json["init_lora_weights"]?.string, !Self.plainStarts.contains(start) {
      throw wrong(
        "init_lora_weights",
        "is \(start), which changes the model's own weights; convert the adapter with PEFT")
    }
    guard let rank = json["r"]?.integer, (1...65536).contains(rank) else {
      throw wrong("r", "must be a whole number from 1 to 65536")
    }
    guard let alpha = json["lora_alpha"]?.number, alpha.isFinite, alpha > 0 else {
      throw wrong("lora_alpha", "must be a positive number")
    }
    let dropout = json["lora_dropout"]?.number ?? 0
    guard (0..<1).contains(dropout) else { throw wrong("lora_dropout", "must be from 0 to below 1") }
    if let targets = json["target_modules"]?.array?.compactMap(\.string) {
      for module in modules where !targets.contains(where: { module == $0 || module.hasSuffix("." + $0) }) {
        throw wrong("target_modules", "does not name the layer \(module), which the adapter has tensors for")
      }
    }
    let kind: Kind =
      switch (json["use_dora"]?.boolean ?? false, json["use_rslora"]?.boolean ?? false) {
      case (false, false): .lora
      case (false, true): .rankStabilised
      case (true, false): .decomposed
      case (true, true): .decomposedRankStabilised
      }
    self.init(kind: kind, rank: rank, alpha: alpha, dropout: dropout, targets: modules)
  }

  /// adapter_config.json for adapters of these layers.
  ///
  /// - Parameter task: PEFT's word for what the model does, as in CAUSAL_LM; nil where it has none.
  public func peft(modules: [String], task: String?) -> JSON {
    [
      "peft_type": "LORA", "task_type": task.map(JSON.string) ?? .null,
      "base_model_name_or_path": .null, "inference_mode": true, "r": .integer(rank),
      "lora_alpha": alpha == alpha.rounded() ? .integer(Int(alpha)) : .number(alpha),
      "lora_dropout": .number(dropout), "target_modules": .array(modules.sorted().map(JSON.string)),
      "use_rslora": .boolean(isRankStabilised), "use_dora": .boolean(isDecomposed), "bias": "none",
      "fan_in_fan_out": false, "modules_to_save": .null, "init_lora_weights": true,
    ]
  }
}
