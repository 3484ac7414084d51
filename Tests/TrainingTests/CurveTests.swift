import Foundation
import Groundwork
import Testing

@testable import Training

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct CurveTests {
  @Test(arguments: [
    ([0.0, 1.0], [0, 0.5, 1.0], ["0", "0.5", "1.0"]), ([0, 3], [0.0, 1, 2, 3], ["0", "1", "2", "3"]),
    ([0.0, 0.001], [0, 0.0005, 0.001], ["0", "5e-4", "1e-3"]),
    ([-2, 7], [-5.0, 0, 5, 10], ["-5", "0", "5", "10"]),
    ([0, 25000], [0.0, 10000, 20000, 30000], ["0", "10000", "20000", "30000"]),
    ([0, 3e7], [0.0, 1e7, 2e7, 3e7], ["0", "1e7", "2e7", "3e7"]),
    ([0.61, 0.93], [0.6, 0.8, 1.0], ["0.6", "0.8", "1.0"]), ([], [0, 0.5, 1.0], ["0", "0.5", "1.0"]),
  ])
  func ticksAreRound(values: [Double], ticks: [Double], labels: [String]) {
    let axis = Axis(over: values, ticks: 3)
    #expect(axis.ticks.count == ticks.count)
    for (own, expected) in zip(axis.ticks, ticks) { #expect(abs(own - expected) < 1e-12) }
    #expect(axis.ticks.map(axis.label) == labels)
  }

  @Test func anAxisHoldsItsValuesWhateverTheyAre() {
    var random = PhiloxGenerator(seed: 3)
    for _ in 0..<2000 {
      let scale = random.uniform(-12...12)
      let values = (0..<3).map { _ in random.normal() * pow(10, scale) }
      for count in [3, 5] {
        let axis = Axis(over: values, ticks: count)
        let slack = axis.step * 1e-6
        #expect(values.allSatisfy { $0 >= axis.low - slack && $0 <= axis.high + slack })
        #expect((2...count + 2).contains(axis.ticks.count), "\(values)")
        #expect(axis.ticks.first == axis.low && axis.ticks.last == axis.high)
      }
    }
    for values in [
      [1e9, 1e9 + 1e-6], [5, 5], [-5, -5], [0, 0], [1e-300, 2e-300], [-1e308, 1e308], [.nan, .infinity],
    ] {
      let axis = Axis(over: values, ticks: 4, includingZero: true)
      #expect(axis.high > axis.low)
      #expect((2...7).contains(axis.ticks.count), "\(values)")
    }
  }

  @Test func longCurvesAreBroughtDownWithTheirSpread() {
    let samples = (0..<10_000).map { (step: $0, value: $0 % 2 == 0 ? 1.0 : 3.0) } + [(10_000, .nan)]
    let curve = CurvePoints(samples, limit: 100)
    #expect(curve.points.count == 100)
    #expect(curve.points[0] == .init(step: 49.5, mean: 2, low: 1, high: 3))
    #expect(curve.hasSpread)
    let short = CurvePoints([(1, 5)])
    #expect(short.points == [.init(step: 1, mean: 5, low: 5, high: 5)])
    #expect(!short.hasSpread)
    #expect(CurvePoints([]).points.isEmpty)
  }

  private func records(_ steps: Int) -> [MetricRecord] {
    (0..<steps).flatMap { step -> [MetricRecord] in
      let loss = 8 / (1 + Double(step) / 50)
      let training = MetricRecord(
        .training, step: step + 1, epoch: 0,
        metrics: [
          "loss": loss, "gradient_norm": step == 3 ? .nan : 1 + sin(Double(step)), "memory_bytes": 1.5e9,
          "rate_text": 1e-3, "rate_vision": 1e-3, "rate_heads": 2e-3,
        ])
      let evaluation = MetricRecord(.evaluation, step: step + 1, epoch: 0, metrics: ["loss": loss + 0.2])
      return step % 100 == 99 ? [training, evaluation] : [training]
    }
  }

  /// Names of elements and their texts, as an XML reader finds them.
  private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var text = ""
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { counts[name, default: 0] += 1 }
    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  @Test(arguments: [0, 1, 40, 2000])
  func curvesAreAPictureThatAnyXMLReaderTakes(steps: Int) throws {
    let svg = TrainingCurves.svg(records(steps), title: "a <run> & \"more\" 心")
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(reader.text.contains("a <run> & \"more\" 心"))
    for title in ["Loss", "Learning rate", "Gradient norm", "Memory (GiB)", "step"] {
      #expect(reader.text.contains(title))
    }
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.contains("prefers-color-scheme: dark"))
    #expect(svg.utf8.count < 120_000)
    #expect(reader.text.contains("text, vision") == (steps > 0))
    #expect(reader.text.contains("nothing measured yet") == (steps == 0))
    #expect(reader.text.contains("validation") == (steps >= 100))
  }

  @Test func curvesAreDrawnIntoAFile() throws {
    let scratch = try Scratch()
    try TrainingCurves.draw(records(10), title: "run", to: scratch["curves.svg"])
    #expect(try File.read(scratch["curves.svg"]) == Array(TrainingCurves.svg(records(10), title: "run").utf8))
  }
}
