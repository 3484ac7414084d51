import Groundwork

/// What can be wrong with a vision encoder's configuration or input.
public enum VisionError: Diagnostic {
  case configuration(key: String, reason: String)
  /// preprocessor_config.json asks for something else than can be done.
  case preprocessing(key: String, reason: String)
  case unsupportedArchitecture(name: String)
  case imageSize(found: [Int], expected: [Int])
  case tooSmall(height: Int, width: Int, patch: Int)
  case unevenPatches(height: Int, width: Int, patch: Int)

  public var sentence: String {
    switch self {
    case .configuration(let key, let reason): "config.json: \(key) \(reason)"
    case .preprocessing(let key, let reason): "preprocessor_config.json: \(key) \(reason)"
    case .unsupportedArchitecture(let name):
      "config.json: the vision architecture \(name) is not one that Lightbox computes; those of ViT, CLIP, SigLIP and DINOv2 are"
    case .imageSize(let found, let expected):
      "the images are \(found), but the vision encoder takes \(expected) (channels, height, width)"
    case .tooSmall(let height, let width, let patch):
      "images of \(height) × \(width) hold no patch of \(patch) × \(patch)"
    case .unevenPatches(let height, let width, let patch):
      "images of \(height) × \(width) cannot be cut into patches of \(patch); both sides must be multiples of it"
    }
  }

  public var fault: Fault { .data }
}
