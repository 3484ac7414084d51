import Layers
import Tensors

/// 3×3 convolutions of stride 2 with batch normalisation and rectifiers, from pixels down to the patch grid, then a 1×1
/// product to the width of the transformer. One pixel of the last grid is one token.
struct ConvolutionStem {
  private struct Stage {
    let weight: Parameter
    let norm: BatchNorm
  }

  private let stages: [Stage]
  private let projection: Linear

  init(_ name: String, _ configuration: VisionConfiguration, in parameters: ParameterSet) throws {
    var channels = configuration.channels
    var stages: [Stage] = []
    for (index, output) in configuration.stem.enumerated() {
      let weight = try parameters.declare(
        "\(name).\(index).conv.weight", [output, channels, 3, 3], .he(inputs: channels * 9), decays: true)
      stages.append(
        Stage(weight: weight, norm: try BatchNorm("\(name).\(index).norm", size: output, in: parameters)))
      channels = output
    }
    self.stages = stages
    projection = try Linear(
      name + ".projection", from: channels, to: configuration.width, bias: true, in: parameters)
  }

  /// pixels: [images, 1, height, width]; the result: [images × patches, width].
  func callAsFunction(_ pixels: Tensor, _ tape: Tape) throws -> Tensor {
    let shape = pixels.shape
    var image = Tape.ImageShape(images: shape[0], height: shape[2], width: shape[3])
    // With one channel, pixels are already stored channels last.
    var x = try pixels.reshaped([image.rowCount, 1])
    for stage in stages {
      // No bias: batch normalisation would take it away again.
      (x, image) = try tape.convolution(
        x, image, weight: stage.weight.tensor, bias: nil, stride: 2, padding: 1)
      x = try tape.activate(stage.norm(x, tape), .relu)
    }
    return try projection(x, tape)
  }
}
