internal import Groundwork
internal import Imaging

extension PhantomGenerator {
  /// Writes `studies.jsonl` and `images/` into a directory: studies 0 up to, not including, `count`.
  ///
  /// The same seed, size and format give the same bytes. `compose` may complete a record before it is written, as with its
  /// reference report; `progress` is told how many studies are done. Both are called on the calling thread, in order.
  /// Throws `StudiesError.phantomRequest` for a count below 1, otherwise what writing meets.
  public func writeSet(
    to directory: String, count: Int, format: PhantomFormat = .mixed, threads: Int = 2,
    compose: (Study) throws -> Study = { $0 }, progress: (Int) -> Void = { _ in }
  ) throws {
    guard count > 0 else {
      throw StudiesError.phantomRequest(reason: "\(count) studies; ask for one or more")
    }
    try File.createDirectory(Path.join(directory, "images"))
    let writer = try StudyWriter(Path.join(directory, "studies.jsonl"))
    // Few enough at a time to hold only some megabytes and to show progress.
    let batch = 16
    for start in stride(from: 0, to: count, by: batch) {
      let studies = try parallelMap(start..<min(count, start + batch), threads: threads) { index in
        try writeImages(of: index, to: directory, format: format)
      }
      for study in studies { try writer.write(try compose(study)) }
      progress(start + studies.count)
    }
    try writer.finish()
  }

  /// Writes the images of a study; gives its record with their paths.
  private func writeImages(of index: Int, to directory: String, format: PhantomFormat) throws -> Study {
    let plan = plan(index)
    var (study, images) = self.study(plan)
    var random = PhiloxGenerator(seed: seed, name: "phantom file \(index)")
    let isDICOM = random.uniform() < 0.5 && format == .mixed || format == .dicom
    for (number, image) in images.enumerated() {
      var path = study.images[number].path
      if isDICOM { path = path.dropLast("png".count) + "dcm" }
      study.images[number].path = path
      let file = PhantomFile(seed: seed, plan: plan, number: number, image: image)
      let bytes = isDICOM ? try file.dicom(&random) : try image.png()
      let writer = try FileWriter(creating: Path.join(directory, path))
      try writer.write(bytes)
    }
    return study
  }
}
