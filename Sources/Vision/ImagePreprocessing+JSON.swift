import Groundwork

/// Between `ImagePreprocessing` and the words of `preprocessor_config.json`.
extension ImagePreprocessing {
  /// - Parameters:
  ///   - json: the file, whose keys may be old (a plain number for a size) or new.
  ///   - channels: what the encoder sees of each pixel.
  public init(_ json: JSON, _ family: VisionFamily, channels: Int) throws {
    let standard = family.preprocessing
    func flag(_ key: String, _ usual: Bool) -> Bool { json[key]?.boolean ?? usual }
    guard flag("do_resize", true) else {
      throw Self.wrong("do_resize", "is false, but radiographs come in every size")
    }
    if flag("do_pad", false) { throw Self.wrong("do_pad", "is true, which Lightbox does not compute") }
    let (side, fit) = try Self.size(json, family, crops: flag("do_center_crop", standard.crops))
    let number = json["resample"].flatMap { $0.isNull ? nil : $0.integer } ?? standard.kernel.rawValue
    guard let kernel = Kernel(rawValue: number) else {
      throw Self.wrong("resample", "is \(number), but must be 2 (bilinear) or 3 (bicubic)")
    }
    // The file counts intensities from 0 to 255, times its factor.
    let factor = flag("do_rescale", true) ? json["rescale_factor"]?.number ?? 1 / 255 : 1
    guard factor > 0, factor.isFinite else { throw Self.wrong("rescale_factor", "must be positive") }
    let scale = Float(factor * 255)
    let normalises = flag("do_normalize", true)
    let mean = normalises ? try Self.numbers("image_mean", json, standard.mean, channels) : [0]
    let deviation = normalises ? try Self.numbers("image_std", json, standard.deviation, channels) : [1]
    func each(_ numbers: [Float]) -> [Float] {
      (numbers.count == 1 ? Array(repeating: numbers[0], count: channels) : numbers).map { $0 / scale }
    }
    try self.init(side: side, fit: fit, kernel: kernel, mean: each(mean), deviation: each(deviation))
  }

  public var json: JSON {
    var object = JSONObject([
      ("do_resize", true), ("do_rescale", true), ("rescale_factor", .number(1.0 / 255)),
      ("do_normalize", true),
      ("resample", .integer(kernel.rawValue)),
      ("image_mean", .array(mean.map { .number(Double("\($0)") ?? Double($0)) })),
      ("image_std", .array(deviation.map { .number(Double("\($0)") ?? Double($0)) })),
    ])
    let square: JSON = ["height": .integer(side), "width": .integer(side)]
    switch fit {
    case .stretch:
      object["size"] = square
      object["do_center_crop"] = false
    case .crop(let shorterSide):
      object["size"] = ["shortest_edge": .integer(shorterSide)]
      object["do_center_crop"] = true
      object["crop_size"] = square
    }
    return .object(object)
  }

  private static func size(
    _ json: JSON, _ family: VisionFamily, crops: Bool
  ) throws -> (side: Int, fit: Fit) {
    func square(_ key: String, _ value: JSON) throws -> Int {
      guard let height = value["height"]?.integer ?? value.integer,
        let width = value["width"]?.integer ?? value.integer, height == width
      else { throw wrong(key, "must be a square, or a number") }
      return height
    }
    guard let size = json["size"], !size.isNull else { throw wrong("size", "is missing") }
    // A plain number is the shorter side to families that crop, and both sides to the others.
    let shorter = size["shortest_edge"]?.integer ?? (family.preprocessing.crops ? size.integer : nil)
    guard let shorter else {
      let side = try square("size", size)
      guard crops, let crop = json["crop_size"], !crop.isNull else { return (side, .stretch) }
      guard try square("crop_size", crop) == side else {
        throw wrong("crop_size", "must be as size is where size has height and width")
      }
      return (side, .stretch)
    }
    guard crops else {
      throw wrong("do_center_crop", "is false with shortest_edge, but the encoder sees squares")
    }
    let side = try json["crop_size"].map { try square("crop_size", $0) } ?? shorter
    return (side, .crop(shorterSide: shorter))
  }

  private static func numbers(
    _ key: String, _ json: JSON, _ standard: [Float], _ channels: Int
  ) throws -> [Float] {
    guard let value = json[key], !value.isNull else { return standard }
    let numbers = value.number.map { [$0] } ?? value.array?.compactMap(\.number) ?? []
    guard numbers.count == channels || numbers.count == 1 else {
      throw wrong(key, "must have \(channels) numbers")
    }
    return numbers.map { Float($0) }
  }
}

extension VisionFamily {
  /// What transformers' image processor of the family does where the file says nothing.
  var preprocessing: (crops: Bool, kernel: ImagePreprocessing.Kernel, mean: [Float], deviation: [Float]) {
    switch self {
    case .vit: (false, .bilinear, [0.5], [0.5])
    case .siglip: (false, .bicubic, [0.5], [0.5])
    case .clip, .dinov2:
      (true, .bicubic, [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    case .lightbox: (false, .bilinear, [0.5], [0.5])
    }
  }
}
