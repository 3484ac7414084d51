import Benchmarks
import Console

extension Command {
  static let benchmark = Command(
    "benchmark", "measures this machine at the work of Lightbox",
    discussion: """
      With --json every answer holds the machine's facts and the time of each repetition. Figures are those of the median \
      repetition unless they say otherwise. Measure on a machine that does nothing else.
      """,
    steps: [
      .benchmarkTrain, .benchmarkGenerate, .benchmarkImages, .benchmarkTokenizer, .benchmarkGrammar,
      .benchmarkKernels,
    ])

  private static let benchmarkTrain = Command(
    "train", "whole steps of training: forward, backward, clipping, AdamW",
    discussion: """
      text is a decoder of width 512 with 8 layers, 8 heads and 32000 tokens, on 4 sequences of 512; joint is the same \
      with a ViT-S/16 at 224 and cross-attention before every second layer. Operations are counted by formula: products \
      and attention, the backward pass as twice the forward one. The share is of the rate of products of 2048 by 2048, \
      measured in the same run.
      """,
    takes: [
      TrainingMeasurement.work, TrainingMeasurement.steps, TrainingMeasurement.warmUp, CommonOption.json,
      CommonOption.quiet,
    ],
    examples: [
      .init("lightbox benchmark train", "Both kinds of work, one after the other:"),
      .init("lightbox benchmark train --work joint --json > joint.json", "One of them, for a program:"),
    ],
    run: TrainingMeasurement.run)

  private static let benchmarkGenerate = Command(
    "generate", "reading a prompt and writing token by token",
    discussion: """
      Without MODEL a decoder of width 2048 with 8 layers, 16 heads and 32256 tokens and random weights. Answers are written \
      after 8 tokens, so that it is the weights that are read; MB/token are their bytes, and the share is of the rate at \
      which a gigabyte is read, measured in the same run. Several answers at once read the weights once for all.
      """,
    takes: [
      GenerationMeasurement.model, GenerationMeasurement.promptTokens, GenerationMeasurement.answerTokens,
      GenerationMeasurement.weights, GenerationMeasurement.answers,
      CommonMeasurement.repetitions, CommonOption.json, CommonOption.quiet,
    ],
    examples: [.init("lightbox benchmark generate model --max-tokens 64", "A model of your own:")],
    run: GenerationMeasurement.run)

  private static let benchmarkImages = Command(
    "images", "reading radiographs and preparing them for an encoder",
    discussion: "Takes every DICOM, PNG and JPEG file below DIRECTORY, on one thread.",
    takes: [
      ImageMeasurement.directory, ImageMeasurement.size, CommonMeasurement.repetitions, CommonOption.json,
      CommonOption.quiet,
    ],
    examples: [.init("lightbox benchmark images phantoms/images", "The images of a data set:")],
    run: ImageMeasurement.run)

  private static let benchmarkTokenizer = Command(
    "tokenizer", "turning a text into tokens",
    discussion: "The text is taken line by line, first on one thread, then on several.",
    takes: [
      TokenizerMeasurement.tokenizer, TokenizerMeasurement.text, TokenizerMeasurement.threads,
      CommonMeasurement.repetitions, CommonOption.json, CommonOption.quiet,
    ],
    examples: [.init("lightbox benchmark tokenizer model corpus.txt", "Megabytes and tokens a second:")],
    run: TokenizerMeasurement.run)

  private static let benchmarkGrammar = Command(
    "grammar", "the masks that keep a model inside the grammar of reports",
    discussion: """
      Tokens are chosen at random among those that the mask allows, and each text that comes of it is read back. Without \
      MODEL the vocabulary is random, too.
      """,
    takes: [
      GrammarMeasurement.tokenizer, GrammarMeasurement.vocabulary, GrammarMeasurement.generations,
      GrammarMeasurement.budget, CommonOption.json, CommonOption.quiet,
    ],
    examples: [.init("lightbox benchmark grammar model", "With the tokens of a model:")],
    run: GrammarMeasurement.run)

  private static let benchmarkKernels = Command(
    "kernels", "the main kernels one by one, beside a copy and a product",
    discussion: """
      Bytes are what a kernel must at least read and write; the share of a kernel is its rate beside products of 2048 by \
      2048 or its bytes a second beside a copy of 64 MiB, whichever is larger.
      """,
    takes: [CommonMeasurement.repetitions, CommonOption.json, CommonOption.quiet],
    examples: [.init("lightbox benchmark kernels --json > kernels.json", "Every kernel, for a program:")],
    run: KernelMeasurement.run)
}
