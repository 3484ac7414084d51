internal import Groundwork
internal import Imaging

extension PhantomFrontal {
  /// Draws everything in the order in which one thing hides or replaces another; gives where each finding is seen.
  mutating func draw(_ findings: [PhantomFinding], _ random: inout PhiloxGenerator) -> [FindingCode: PixelBox]
  {
    var boxes: [FindingCode: PixelBox] = [:]
    func all(_ codes: FindingCode...) -> [PhantomFinding] { findings.filter { codes.contains($0.code) } }
    drawTrunk()
    drawLungs()
    drawMediastinum()
    drawStomachBubble(&random)
    for finding in all(.emphysema) { boxes[.emphysema] = drawEmphysema(finding, &random) }
    for finding in all(.pulmonaryOedema) { boxes[.pulmonaryOedema] = drawOedema(finding, &random) }
    for finding in all(.consolidation) { boxes[.consolidation] = drawConsolidation(finding, &random) }
    for finding in all(.pneumothorax) { boxes[.pneumothorax] = drawPneumothorax(finding, &random) }
    for finding in all(.ribFracture) { boxes[.ribFracture] = breakRibs(finding, &random) }
    for finding in all(.pleuralEffusion) { boxes[.pleuralEffusion] = drawEffusion(finding, &random) }
    for finding in all(.interstitialPattern) {
      boxes[.interstitialPattern] = drawInterstitialPattern(finding, &random)
    }
    for finding in all(.nodule) { boxes[.nodule] = drawNodule(finding, &random) }
    for finding in all(.mass) { boxes[.mass] = drawMass(finding, &random) }
    for finding in all(.plateLikeAtelectasis) {
      boxes[.plateLikeAtelectasis] = drawPlateLikeAtelectasis(finding, &random)
    }
    drawVessels(prominence: all(.pulmonaryOedema).isEmpty ? 1 : 1.4, &random)
    drawBones(&random)
    for finding in all(.pacemaker) { boxes[.pacemaker] = drawPacemaker(finding, &random) }
    drawMarker()
    if !all(.cardiomegaly).isEmpty { boxes[.cardiomegaly] = heartBox }
    return boxes
  }
}
