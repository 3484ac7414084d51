internal import Glibc
internal import Groundwork

/// From line integrals to a displayed film: Beer–Lambert attenuation, scattered light of the body, quantum noise, the
/// detector's logarithm, and the processing every digital system applies before showing a chest.
struct PhantomExposure {
  /// Scattered over primary radiation, averaged; a grid leaves about a third, a bedside film about one.
  var scatterRatio: Float
  /// Quanta a pixel would receive without a patient.
  var quanta: Float
  /// Share of the slow changes of brightness that the display removes.
  var equalisation: Float
  /// Contrast of the display; 1 is usual.
  var contrast: Float

  init(isBedside: Bool, _ random: inout PhiloxGenerator) {
    scatterRatio = Float(isBedside ? random.uniform(0.5...0.8) : random.uniform(0.22...0.45))
    quanta = Float(random.uniform(2.2e4...5e4)) * (isBedside ? 0.7 : 1)
    equalisation = Float(random.uniform(0.3...0.5))
    contrast = Float(random.uniform(0.9...1.12))
  }

  /// Display intensities, 0 black to 1 white, row-major.
  func film(of attenuation: [Float], grid: PhantomGrid, _ random: inout PhiloxGenerator) -> [Float] {
    let width = grid.width
    let height = grid.height
    let primary = attenuation.map { exp(-$0) }
    let veil = slow(primary, grid: grid, deviation: 3.2)
    var image = [Float](repeating: 0, count: primary.count)
    for index in image.indices {
      let exposure = primary[index] + scatterRatio * veil[index]
      let noisy = exposure + (exposure / quanta).squareRoot() * nearlyNormal(&random)
      image[index] = -log(max(noisy, 1e-5))
    }
    let slowPart = slow(image, grid: grid, deviation: 4.5)
    let sharp = blurred(image, width: width, height: height, deviation: 0.25 / grid.spacing + 0.8)
    for index in image.indices {
      image[index] += 0.5 * (image[index] - sharp[index]) - equalisation * slowPart[index]
    }
    let (low, high) = percentiles(
      image.indices.compactMap { attenuation[$0] > 0.5 ? image[$0] : nil }, 0.01, 0.99)
    let scale = 1 / max(1e-3, high - low)
    for index in image.indices {
      let level = (image[index] - low) * scale
      // A gentle S-curve, as the response of film.
      let bent = 0.5 + (level - 0.5) * contrast
      let clipped = max(0, min(1, bent))
      image[index] = 0.35 * clipped + 0.65 * clipped * clipped * (3 - 2 * clipped)
    }
    return image
  }

  /// A strongly blurred copy, computed on every fourth pixel. `deviation` in centimetres.
  private func slow(_ image: [Float], grid: PhantomGrid, deviation: Float) -> [Float] {
    let step = 4
    let width = (grid.width + step - 1) / step
    let height = (grid.height + step - 1) / step
    var small = [Float](repeating: 0, count: width * height)
    for row in 0..<height {
      for column in 0..<width {
        small[row * width + column] =
          image[min(grid.height - 1, row * step + 1) * grid.width + min(grid.width - 1, column * step + 1)]
      }
    }
    small = blurred(small, width: width, height: height, deviation: deviation / grid.spacing / Float(step))
    var result = image
    for row in 0..<grid.height {
      let place = max(0, (Float(row) - 1) / Float(step))
      let upper = min(height - 1, Int(place))
      let lower = min(height - 1, upper + 1)
      let down = place - Float(upper)
      for column in 0..<grid.width {
        let place = max(0, (Float(column) - 1) / Float(step))
        let left = min(width - 1, Int(place))
        let right = min(width - 1, left + 1)
        let across = place - Float(left)
        let above = small[upper * width + left] * (1 - across) + small[upper * width + right] * across
        let below = small[lower * width + left] * (1 - across) + small[lower * width + right] * across
        result[row * grid.width + column] = above + (below - above) * down
      }
    }
    return result
  }

  /// The sum of four uniform numbers from one draw, scaled to unit variance: near enough to normal for quanta.
  private func nearlyNormal(_ random: inout PhiloxGenerator) -> Float {
    let word = random.next()
    let sum =
      Float(word & 0xFFFF) + Float(word >> 16 & 0xFFFF) + Float(word >> 32 & 0xFFFF) + Float(word >> 48)
    return (sum / 65536 - 2) * 1.7320508
  }

  private func percentiles(_ image: [Float], _ low: Float, _ high: Float) -> (Float, Float) {
    let least = image.min() ?? 0
    let most = image.max() ?? 1
    var counts = [Int](repeating: 0, count: 1024)
    let scale = 1023 / max(1e-6, most - least)
    for value in image { counts[Int((value - least) * scale)] += 1 }
    func level(_ share: Float) -> Float {
      var rest = Int(share * Float(image.count))
      for (bin, count) in counts.enumerated() {
        rest -= count
        if rest < 0 { return least + (Float(bin) + 0.5) / scale }
      }
      return most
    }
    return (level(low), level(high))
  }
}
