import Groundwork
import Vision

extension VisionConfiguration {
  /// Whether transformers has a class for the encoder.
  var isKnownToTransformers: Bool { family != .lightbox }

  /// config.json, and what only transformers asks for: whether layers that the checkpoint may lack are wanted.
  var exportedJSON: JSON {
    var object = json.object ?? JSONObject()
    if family == .siglip { object["vision_use_head"] = .boolean(hasPooler) }
    object["dtype"] = "float32"
    return .object(object)
  }

  /// A linear layer's name on disk as transformers 5 calls it in memory, which is the name that PEFT's files have. The two
  /// differ for ViT and DINOv2.
  func layerNameInTransformers(_ name: String) -> String {
    let names = [
      "attention.attention.query": "attention.q_proj", "attention.attention.key": "attention.k_proj",
      "attention.attention.value": "attention.v_proj", "attention.output.dense": "attention.o_proj",
      "intermediate.dense": "mlp.fc1", "output.dense": "mlp.fc2",
    ]
    let parts = name.split(separator: ".").map(String.init)
    guard family == .vit || family == .dinov2, parts.count > 3, parts[0] == "encoder" else { return name }
    let inner = parts[3...].joined(separator: ".")
    let layer = family == .vit ? "layers.\(parts[2])" : "encoder.layer.\(parts[2])"
    return layer + "." + (names[inner] ?? inner)
  }
}
