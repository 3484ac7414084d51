import Groundwork
import Tensors

/// The experts of a model, and which layers have them (Dai et al. 2024, "DeepSeekMoE").
public struct MixtureShape: Sendable, Equatable {
  public var router: RouterShape
  /// Whether a learned bias takes part in the choice of experts, as in DeepSeek-V3.
  public var hasChoiceBias: Bool
  /// The inner size of one expert.
  public var feedForwardSize: Int
  /// Experts that take every token, as one feed-forward layer of so many times the size.
  public var sharedExperts: Int
  /// Layers at the start that have a plain feed-forward layer.
  public var denseLayers: Int
  /// Of the others, every how many-th has experts, counted from layer 0.
  public var frequency: Int

  public init(
    router: RouterShape, hasChoiceBias: Bool, feedForwardSize: Int, sharedExperts: Int, denseLayers: Int,
    frequency: Int = 1
  ) throws {
    self.router = router
    self.hasChoiceBias = hasChoiceBias
    self.feedForwardSize = feedForwardSize
    self.sharedExperts = sharedExperts
    self.denseLayers = denseLayers
    self.frequency = frequency
    try validate()
  }

  func hasExperts(layer: Int) -> Bool { layer >= denseLayers && layer % frequency == 0 }

  private func validate() throws {
    for (key, value) in [
      ("n_routed_experts", router.experts), ("num_experts_per_tok", router.chosen),
      ("moe_intermediate_size", feedForwardSize), ("moe_layer_freq", frequency), ("n_group", router.groups),
      ("topk_group", router.keptGroups),
    ] {
      try DeepSeekError.checkSize(key, value)
    }
    func wrong(_ key: String, _ reason: String) -> DeepSeekError { .configuration(key: key, reason: reason) }
    guard router.experts <= 65536 else { throw wrong("n_routed_experts", "is more than 65536") }
    guard (0...1024).contains(sharedExperts) else {
      throw wrong("n_shared_experts", "is \(sharedExperts), but must be from 0 to 1024")
    }
    guard denseLayers >= 0 else { throw wrong("first_k_dense_replace", "is below 0") }
    guard router.experts % router.groups == 0 else {
      throw wrong("n_group", "(\(router.groups)) must divide n_routed_experts (\(router.experts))")
    }
    guard router.keptGroups <= router.groups else {
      throw wrong("topk_group", "(\(router.keptGroups)) exceeds n_group (\(router.groups))")
    }
    let open = router.keptGroups * (router.experts / router.groups)
    guard router.chosen <= open else {
      throw wrong("num_experts_per_tok", "(\(router.chosen)) exceeds the \(open) experts to choose from")
    }
  }
}

/// Between `MixtureShape` and config.json.
extension MixtureShape {
  /// nil where the configuration has no experts.
  init?(_ json: JSON, _ family: TextFamily) throws {
    guard family.hasExperts, let experts = json["n_routed_experts"], !experts.isNull else { return nil }
    let isV3 = family == .deepseekV3
    let method = json["topk_method"]?.string ?? (isV3 ? "noaux_tc" : "greedy")
    let isV3Router = method == "noaux_tc"
    guard isV3Router || !isV3 && ["greedy", "group_limited_greedy"].contains(method) else {
      throw DeepSeekError.configuration(
        key: "topk_method",
        reason: "is \(method), but must be \(isV3 ? "noaux_tc" : "greedy, group_limited_greedy or noaux_tc")")
    }
    let score = isV3Router ? "sigmoid" : "softmax"
    let scoring = json["scoring_func"]?.string ?? score
    guard scoring == score else {
      throw DeepSeekError.configuration(
        key: "scoring_func", reason: "is \(scoring), but must be \(score) with topk_method \(method)")
    }
    let isGrouped = method != "greedy"
    try self.init(
      router: RouterShape(
        experts: json.integer("n_routed_experts"), chosen: json.integer("num_experts_per_tok"),
        groups: isGrouped ? json.integer("n_group", default: isV3 ? 8 : 1) : 1,
        keptGroups: isGrouped ? json.integer("topk_group", default: isV3 ? 4 : 1) : 1,
        score: isV3Router ? .sigmoid : .softmax, groupWorth: isV3Router ? .twoBest : .best,
        normalises: json["norm_topk_prob"]?.boolean ?? isV3,
        scale: Float(json.positive("routed_scaling_factor", default: isV3 ? 2.5 : 1))),
      hasChoiceBias: isV3Router, feedForwardSize: json.integer("moe_intermediate_size"),
      sharedExperts: json.integer("n_shared_experts", default: 0),
      denseLayers: json.integer("first_k_dense_replace", default: isV3 ? 3 : 0),
      frequency: json.integer("moe_layer_freq", default: 1))
  }

  func write(into object: inout JSONObject) {
    object["n_routed_experts"] = .integer(router.experts)
    object["num_experts_per_tok"] = .integer(router.chosen)
    object["n_shared_experts"] = sharedExperts > 0 ? .integer(sharedExperts) : .null
    object["moe_intermediate_size"] = .integer(feedForwardSize)
    object["first_k_dense_replace"] = .integer(denseLayers)
    object["moe_layer_freq"] = .integer(frequency)
    object["n_group"] = .integer(router.groups)
    object["topk_group"] = .integer(router.keptGroups)
    object["topk_method"] =
      hasChoiceBias ? "noaux_tc" : router.groups > 1 ? "group_limited_greedy" : "greedy"
    object["scoring_func"] = router.score == .sigmoid ? "sigmoid" : "softmax"
    object["norm_topk_prob"] = .boolean(router.normalises)
    object["routed_scaling_factor"] = .number(Double("\(router.scale)") ?? Double(router.scale))
  }
}
