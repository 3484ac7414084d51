import Groundwork
import Imaging
import Testing

@testable import Studies

/// A small film of one patient with the given findings; the same number gives the same patient.
private func film(
  _ findings: [PhantomFinding], number: Int = 0
) -> (body: PhantomBody, boxes: [FindingCode: PixelBox], pixels: [Float]) {
  var random = PhiloxGenerator(seed: 5, stream: UInt64(number))
  var body = PhantomBody(view: .posteroanterior, size: 128, sex: .male, ageYears: 50, &random)
  body.position(&random)
  for finding in findings { body.adapt(to: finding, &random) }
  var frontal = PhantomFrontal(body)
  let boxes = frontal.draw(findings, &random)
  let exposure = PhantomExposure(isBedside: false, &random)
  return (body, boxes, exposure.film(of: frontal.canvas.attenuation(), grid: body.grid, &random))
}

/// Mean intensity in a region given in parts of the chest: across 0 at the midline to 1 at the side, level 0 apex to 1 dome.
private func mean(
  _ film: (body: PhantomBody, boxes: [FindingCode: PixelBox], pixels: [Float]), isLeft: Bool,
  across: ClosedRange<Float>, level: ClosedRange<Float>
) -> Float {
  let body = film.body
  var sum: Float = 0
  var count: Float = 0
  for row in body.grid.rows(from: body.y(level: level.lowerBound), to: body.y(level: level.upperBound)) {
    let outer = body.cageHalfWidth(body.grid.y(row: row))
    let near = body.midline + (isLeft ? 1 : -1) * outer * across.lowerBound
    let far = body.midline + (isLeft ? 1 : -1) * outer * across.upperBound
    for column in body.grid.columns(from: min(near, far), to: max(near, far)) {
      sum += film.pixels[row * body.grid.width + column]
      count += 1
    }
  }
  return sum / max(1, count)
}

@Suite struct PhantomFilmTests {
  @Test func lungsAreDarkAndHeartAndAbdomenBright() {
    for number in 0..<4 {
      let film = film([], number: number)
      let lung = mean(film, isLeft: false, across: 0.4...0.8, level: 0.3...0.7)
      let heart = mean(film, isLeft: true, across: 0.1...0.3, level: 0.8...0.9)
      let abdomen = mean(film, isLeft: false, across: 0.2...0.6, level: 1.15...1.2)
      #expect(lung < heart - 0.15 && lung < abdomen - 0.3)
      #expect(film.pixels.allSatisfy { (0...1).contains($0) })
      #expect(film.boxes.isEmpty)
    }
  }

  /// The side with the finding is brighter or darker than the other side, where the finding lies.
  @Test(arguments: [
    (FindingCode.pleuralEffusion, Location.lowerZone, Float(0.15), Float(0.8)...1.0),
    (.pneumothorax, .upperZone, -0.07, 0...0.2), (.consolidation, .upperZone, 0.1, 0.15...0.33),
    (.mass, .middleZone, 0.05, 0.4...0.6),
  ]) func aFindingShowsOnItsSide(
    code: FindingCode, zone: Location, difference: Float, level: ClosedRange<Float>
  ) {
    for (number, side) in [Laterality.left, .right, .left, .right].enumerated() {
      let film = film(
        [PhantomFinding(code: code, laterality: side, zone: zone, severity: .severe)], number: number)
      let affected = mean(film, isLeft: side == .left, across: 0.5...0.85, level: level)
      let other = mean(film, isLeft: side != .left, across: 0.5...0.85, level: level)
      if difference > 0 {
        #expect(affected - other > difference, "\(code) \(side)")
      } else {
        #expect(affected - other < difference, "\(code) \(side)")
      }
      // The patient's left is on the right of the film.
      let middle = Double(film.body.midline / film.body.grid.spacing) + Double(film.body.grid.width) / 2
      if let box = film.boxes[code] { #expect((box.x + box.width / 2 > middle) == (side == .left)) }
    }
  }

  @Test func severityGrows() {
    func width(_ severity: Severity) -> Double {
      film([PhantomFinding(code: .cardiomegaly, severity: severity)]).boxes[.cardiomegaly]?.width ?? 0
    }
    #expect(width(.mild) < width(.moderate) && width(.moderate) < width(.severe))
    func height(_ severity: Severity) -> Double {
      let finding = PhantomFinding(
        code: .pleuralEffusion, laterality: .right, zone: .lowerZone, severity: severity)
      return film([finding]).boxes[.pleuralEffusion]?.height ?? 0
    }
    #expect(height(.mild) < height(.moderate) && height(.moderate) < height(.severe))
  }

  @Test(arguments: PhantomFinding.catalogue) func everyFindingHasABoxInTheImageAndChangesIt(code: FindingCode)
  {
    let side: Laterality? = code.isSided ? (PhantomFilmTests.isDiffuse(code) ? .bilateral : .right) : nil
    let finding = PhantomFinding(code: code, laterality: side, zone: .middleZone, severity: .moderate)
    let film = film([finding], number: 9)
    guard let box = film.boxes[code] else {
      Issue.record("no box")
      return
    }
    #expect(box.x >= 0 && box.y >= 0 && box.width >= 3 && box.height >= 3)
    #expect(
      box.x + box.width <= Double(film.body.grid.width) && box.y + box.height <= Double(film.body.grid.height)
    )
    // A silhouette of soft tissue over fluid changes less than 1 grey level in 50; a finding must do better.
    let plain = PhantomFilmTests.attenuation([]), marked = PhantomFilmTests.attenuation([finding])
    let change = zip(plain, marked).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(change > 0.15)
  }

  private static func isDiffuse(_ code: FindingCode) -> Bool {
    [.interstitialPattern, .pulmonaryOedema, .emphysema].contains(code)
  }

  /// The line integrals of one patient without noise.
  private static func attenuation(_ findings: [PhantomFinding]) -> [Float] {
    var random = PhiloxGenerator(seed: 8, stream: 1)
    var body = PhantomBody(view: .posteroanterior, size: 96, sex: .female, ageYears: 60, &random)
    for finding in findings { body.adapt(to: finding, &random) }
    var frontal = PhantomFrontal(body)
    _ = frontal.draw(findings, &random)
    return frontal.canvas.attenuation()
  }

  @Test func blurringKeepsTheMeanAndSpreadsAPointLikeAGaussian() {
    let size = 65
    var image = [Float](repeating: 0, count: size * size)
    image[32 * size + 32] = 1
    let deviation: Float = 4
    let spread = blurred(image, width: size, height: size, deviation: deviation)
    #expect(abs(spread.reduce(0, +) - 1) < 1e-3)
    var variance: Float = 0
    for row in 0..<size {
      for column in 0..<size {
        variance += spread[row * size + column] * Float((column - 32) * (column - 32))
      }
    }
    #expect(abs(variance.squareRoot() - deviation) < 0.6)
  }
}
