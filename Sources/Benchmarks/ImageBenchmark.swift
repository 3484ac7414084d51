import Groundwork
import Imaging

/// Reading radiographs from files and preparing them for an encoder.
public struct ImageBenchmark {
  public struct Result: Sendable {
    public let images: Int
    /// Of the files as they are stored.
    public let bytes: Int
    public let size: Int
    /// Whole passes over all images, on one thread.
    public let passes: Measurement
    /// Seconds of the median pass spent in reading and decoding; the rest is preparing.
    public let readingSeconds: Double

    public var imagesPerSecond: Double { Double(images) / passes.median }
  }

  private static let extensions: Set<String> = ["dcm", "png", "jpg", "jpeg"]

  /// The files below a directory whose names are those of images.
  public static func images(below directory: String) throws -> [String] {
    let paths = try File.list(directory).sorted().flatMap { name -> [String] in
      let path = Path.join(directory, name)
      if File.kind(of: path) == .directory { return try images(below: path) }
      return extensions.contains(Path.fileExtension(of: path).lowercased()) ? [path] : []
    }
    return paths
  }

  /// - Parameter size: pixels along each side of what an encoder takes.
  public static func run(
    _ directory: String, size: Int, passes: Int, onImage: () -> Void = {}
  ) throws -> Result {
    let paths = try images(below: directory)
    guard !paths.isEmpty else { throw BenchmarksError.noImages(path: directory) }
    let bytes = try paths.reduce(0) { try $0 + File.size(of: $1) }
    let pipeline = PixelPipeline(size: size)
    var (total, reading): ([Double], [Double]) = ([], [])
    for _ in 0..<max(1, passes) {
      var (whole, read) = (0.0, 0.0)
      for path in paths {
        let start = monotonicSeconds()
        let radiograph = try Radiograph.read(path)
        let middle = monotonicSeconds()
        _ = pipeline.prepare(radiograph)
        whole += monotonicSeconds() - start
        read += middle - start
        onImage()
      }
      total.append(whole)
      reading.append(read)
    }
    return Result(
      images: paths.count, bytes: bytes, size: size, passes: Measurement(seconds: total),
      readingSeconds: Measurement(seconds: reading).median)
  }
}
