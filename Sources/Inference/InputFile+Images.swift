import Fusion

extension InputFile {
  /// `pixel_values`: [images, channels, height, width].
  func pixels(channels: Int) throws -> Values<Float>? {
    let name = "pixel_values"
    guard let pixels = try floats(name) else { return nil }
    guard pixels.shape.count == 4, pixels.shape[1] == channels, !pixels.numbers.isEmpty else {
      throw wrong(
        name,
        "has the shape \(pixels.shape), but must have [images, \(channels), height, width] with pixels in it"
      )
    }
    return pixels
  }

  /// `probe`, what the last hidden states are weighed with.
  func probe(shape: [Int]) throws -> Values<Float>? {
    guard let probe = try floats("probe") else { return nil }
    guard probe.shape == shape else {
      throw wrong("probe", "has the shape \(probe.shape), but last_hidden_state has \(shape)")
    }
    return probe
  }

  /// How many of the images belong to each study: `images_per_study`, or else as many to each.
  func imageCounts(studies: Int, images: Int) throws -> [Int] {
    let name = "images_per_study"
    guard let counts = try vector(name, count: studies, in: 0...images) else {
      guard images.isMultiple(of: studies) else {
        throw wrong(
          name, "is missing; it says which of the \(images) images belong to which of the \(studies) studies")
      }
      return Array(repeating: images / studies, count: studies)
    }
    guard counts.reduce(0, +) == images else {
      throw wrong(name, "counts \(counts.reduce(0, +)) images, but pixel_values holds \(images)")
    }
    return counts
  }

  /// `views`, or else unknown for every image.
  func views(images: Int) throws -> [StudyBatch.ImageView] {
    let all = StudyBatch.ImageView.allCases
    guard let views = try vector("views", count: images, in: 0...all.count - 1) else {
      return Array(repeating: .unknown, count: images)
    }
    return views.compactMap(StudyBatch.ImageView.init(rawValue:))
  }
}
