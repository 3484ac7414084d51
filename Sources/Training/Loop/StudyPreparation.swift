internal import Groundwork
internal import Imaging
internal import Reading
internal import Studies

/// Reads studies of a split and turns them into numbers, on whatever thread asks.
struct StudyPreparation: Sendable {
  let encoder: StudyEncoder
  let split: StudySplit
  let cache: RadiographCache
  /// Random changes to the images, and the seed of their draws; nil when images stay as they are.
  let augmentation: (changes: Augmentation, seed: UInt64)?
  /// Whether the text to learn stands behind the prompt; without it the heads learn alone, much faster.
  var withAnswer: Bool

  /// Study `index` of the split as seen in an epoch. The draws depend on seed, epoch and study alone.
  func study(_ index: Int, epoch: Int) throws -> EncodedStudy {
    let study = try split.study(index)
    let radiographs = encoder.pipeline == nil ? [] : try radiographs(of: study)
    let draws = augmentation.map { augmentation in
      (
        augmentation.changes,
        PhiloxGenerator(seed: augmentation.seed, stream: UInt64(epoch) << 40 | UInt64(index))
      )
    }
    return try encoder.encodeForTraining(
      study, radiographs: radiographs, augmenting: draws, withAnswer: withAnswer)
  }

  private func radiographs(of study: Study) throws -> [Radiograph] {
    try study.images.map { image in
      let path = Path.join(split.directory, image.path)
      return try cache.radiograph(path) {
        var radiograph = try Radiograph.read(path)
        if let view = image.view, view != .unknown { radiograph.view = view }
        return encoder.pipeline?.fitted(radiograph) ?? radiograph
      }
    }
  }
}

extension Augmentation {
  init(_ recipe: Recipe.Augmentation) {
    self.init(
      rotation: recipe.rotation, shift: recipe.shift, scale: recipe.scale, gain: recipe.contrast,
      bias: recipe.brightness, gamma: recipe.gamma, noise: recipe.noise)
  }
}
