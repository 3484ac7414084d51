import Groundwork
import Tensors
import Testing

/// Arguments that do not fit are refused in words, before memory is touched.
struct RefusalTests {
  let device: Device

  init() throws { device = try Device.cpu(threads: 2) }

  private func refusal(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let error as TensorsError {
      return error.sentence
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [Int32(4), -1, .max])
  func indicesOutsideTheTable(_ index: Int32) throws {
    let table = try Tensor.zeros([4, 3], on: device)
    let indices = try Tensor(indices: [0, index], on: device)
    let sentence = refusal { _ = try Tape(inference: device).gatherRows(table, indices) }
    #expect(sentence?.contains("index \(index)") == true)
  }

  @Test(arguments: [Int32(5), -1, -101])
  func targetsOutsideTheClasses(_ target: Int32) throws {
    let logits = try Tensor.zeros([2, 5], on: device)
    let ones = try Tensor([1, 1], [2], on: device)
    let targets = try Tensor(indices: [0, target], on: device)
    let tape = Tape(inference: device)
    let plain = refusal { _ = try tape.crossEntropy(logits, targets: targets, factors: ones) }
    #expect(plain?.contains("target \(target)") == true)
    let hidden = try Tensor.zeros([2, 3], on: device)
    let weight = try Tensor.zeros([5, 3], on: device)
    let linear = refusal {
      _ = try tape.linearCrossEntropy(hidden, weight: weight, targets: targets, factors: ones)
    }
    #expect(linear?.contains("target \(target)") == true)
  }

  @Test(arguments: [Float(1.5), -0.1, .nan])
  func binaryTargetsThatAreNoProbability(_ target: Float) throws {
    let logits = try Tensor.zeros([1], on: device)
    let one = try Tensor([1], [1], on: device)
    let sentence = refusal {
      _ = try Tape(inference: device).binaryCrossEntropy(
        logits, targets: Tensor([target], [1], on: device), factors: one)
    }
    #expect(sentence?.contains("not in [0, 1]") == true)
  }

  @Test(arguments: [Float(1), 2, .nan])
  func dropoutOfEverything(_ probability: Float) throws {
    let x = try Tensor.zeros([4], on: device)
    let tape = Tape(training: device, random: Tape.RandomKey(seed: 1, step: 1))
    guard probability > 0 else { return }
    #expect(refusal { _ = try tape.dropout(x, probability: probability) }?.contains("probability") == true)
  }

  @Test func oneRowHasNoVariance() throws {
    let ones = try Tensor([1, 1, 1], [3], on: device)
    let x = try Tensor.zeros([1, 3], on: device)
    let tape = Tape(training: device, random: Tape.RandomKey(seed: 1, step: 1))
    let sentence = refusal {
      _ = try tape.batchNorm(
        x, weight: ones, bias: ones, runningMean: ones, runningVariance: ones, epsilon: 1e-5, momentum: 0.1,
        usesBatch: tape.isTraining)
    }
    #expect(sentence?.contains("no variance") == true)
  }

  @Test func shapesThatDoNotFit() throws {
    let a = try Tensor.zeros([2, 3], on: device)
    let b = try Tensor.zeros([3, 2], on: device)
    let tape = Tape(inference: device)
    #expect(refusal { _ = try tape.add(a, b) } != nil)
    #expect(refusal { _ = try tape.linear(a, b) } != nil)
    #expect(refusal { _ = try a.reshaped([5]) } != nil)
    #expect(refusal { _ = try a.rows(1..<3) } != nil)
    #expect(refusal { _ = try Tensor([-1], on: device) } != nil)
    #expect(refusal { _ = try Tensor([.max, .max], on: device) } != nil)
  }

  @Test func moreMemoryThanThereIs() throws {
    do {
      _ = try Tensor([1 << 50], on: device)
      Issue.record("a petabyte was given")
    } catch let error as TensorsError {
      guard case .outOfMemory = error else {
        Issue.record("\(error.sentence)")
        return
      }
    }
  }

  @Test func emptyTensorsPass() throws {
    let tape = Tape(inference: device, recording: true)
    let empty = try Tensor([0, 6], on: device, needsGradient: true)
    let weight = try Tensor.zeros([5, 6], on: device, needsGradient: true)
    let ones = try Tensor([1, 1, 1, 1, 1, 1], [6], on: device, needsGradient: true)
    #expect(try tape.linear(empty, weight).values().isEmpty)
    #expect(try tape.add(empty, empty).values().isEmpty)
    #expect(try tape.rmsNorm(empty, weight: ones, epsilon: 1e-5).values().isEmpty)
    #expect(try tape.layerNorm(empty, weight: ones, bias: ones, epsilon: 1e-5).values().isEmpty)
    let y = try tape.addRowVector(empty, ones)
    try tape.backward(from: y, gradient: Tensor([0, 6], on: device))
    #expect(try ones.gradientValues() == [0, 0, 0, 0, 0, 0])
    #expect(try empty.sum() == 0)
  }
}
