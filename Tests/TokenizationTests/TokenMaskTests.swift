import Testing
import Tokenization

@Suite struct TokenMaskTests {
  @Test func holdsWhatWasAllowedAndNothingElse() {
    var mask = TokenMask(vocabularySize: 130)
    #expect(mask.isEmpty)
    for token in [0, 63, 64, 129, 130, -1] { mask.allow(token) }
    mask.forbid(63)
    var found: [Int] = []
    mask.forEach { found.append($0) }
    #expect(found == [0, 64, 129])
    #expect(mask.count == 3)
    #expect(!mask.contains(130) && !mask.contains(-1) && mask.contains(129))
  }

  @Test func wholeVocabularyEndsAtItsSize() {
    #expect(TokenMask(vocabularySize: 70, allowingAll: true).count == 70)
    #expect(TokenMask(vocabularySize: 128, allowingAll: true).count == 128)
    #expect(TokenMask(vocabularySize: 0, allowingAll: true).isEmpty)
  }

  @Test func unionAndIntersection() {
    var left = TokenMask(vocabularySize: 100)
    var right = left
    for token in [1, 2, 80] { left.allow(token) }
    for token in [2, 80, 99] { right.allow(token) }
    var both = left
    both.formIntersection(right)
    #expect(both.contains(2) && both.contains(80) && both.count == 2)
    left.formUnion(right)
    #expect(left.count == 4)
  }

  @Test func logitsOutsideBecomeMinusInfinity() {
    var mask = TokenMask(vocabularySize: 66)
    mask.allow(3)
    mask.allow(65)
    var logits = [Float](repeating: 1, count: 200)
    logits.withUnsafeMutableBufferPointer { mask.exclude(from: $0) }
    #expect(logits.indices.filter { logits[$0] == 1 } == [3, 65])
    #expect(logits.filter { $0 == -.infinity }.count == 198)
  }

  @Test func theNextTokenOfASetIsFoundFromAnyPlace() {
    var mask = TokenMask(vocabularySize: 200)
    for token in [3, 63, 64, 199] { mask.allow(token) }
    #expect([-5, 0, 3, 4, 64, 65, 199].map { mask.first(from: $0) } == [3, 3, 3, 63, 64, 199, 199])
    #expect(mask.first(from: 200) == nil && TokenMask(vocabularySize: 200).first(from: 0) == nil)
  }
}
