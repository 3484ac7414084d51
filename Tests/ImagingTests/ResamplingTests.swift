import Testing

@testable import Imaging

@Suite struct ResamplingTests {
  @Test func resizingIsThatOfPillow() throws {
    let answer = try Fixture.answers("resized")
    let source = answer["pixels"]?.floats ?? []
    let cases = try #require(answer["cases"]?.array)
    #expect(cases.count == 12)
    for one in cases {
      let kernel = try #require(ResamplingKernel(rawValue: one["kernel"]?.string ?? ""))
      let width = try #require(one["width"]?.integer)
      let height = try #require(one["height"]?.integer)
      let resized = Resampling.resize(
        source, width: 23, height: 17, toWidth: width, height: height, kernel: kernel)
      #expect(
        largestDifference(resized, one["pixels"]?.floats ?? []) < 1e-5, "\(kernel) \(width) x \(height)")
    }
  }

  @Test(arguments: ResamplingKernel.allCases)
  func anEvenPictureStaysEven(kernel: ResamplingKernel) {
    let resized = Resampling.resize(
      [Float](repeating: 0.25, count: 100), width: 10, height: 10, toWidth: 7, height: 33, kernel: kernel)
    #expect(resized.allSatisfy { abs($0 - 0.25) < 1e-6 })
  }
}
