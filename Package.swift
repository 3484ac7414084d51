// swift-tools-version: 6.0
// The house: one target a room. A room imports only the rooms named for it here, so a wrong-way import does not compile.
import PackageDescription

let optimised: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-fno-math-errno"])]
let optimisedPlusPlus: [CXXSetting] = [
  .unsafeFlags(["-O2", "-Wall", "-Wextra"]), .define("HAVE_CONFIG_H"),
]

/// A Swift room and the rooms it may import.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies)
}

/// The tests of a room; `resources` holds fixtures made by `tools/reference`.
func tests(of name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    resources: fixtures ? [.copy("Fixtures")] : [])
}

let dicomLibraries = [
  "dcmjpls", "dcmtkcharls", "dcmjpeg", "ijg8", "ijg12", "ijg16", "dcmimage", "dcmimgle", "dcmdata",
  "oflog", "ofstd", "z", "png", "jpeg",
]

let package = Package(
  name: "lightbox",
  targets: [
    // Libraries from Debian.
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CDigest", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // C and C++ rooms.
    .target(
      name: "CKernels", cSettings: optimised,
      linkerSettings: [.linkedLibrary("pthread"), .linkedLibrary("m")]),
    .target(
      name: "CImaging", cSettings: optimised, cxxSettings: optimisedPlusPlus,
      linkerSettings: dicomLibraries.map { .linkedLibrary($0) }),

    // Swift rooms, lowest first.
    room("Groundwork", ["CDigest"]),
    room("Tensors", ["CKernels", "Groundwork"]),
    room("Checkpoints", ["Groundwork"]),
    room("Layers", ["Tensors", "Checkpoints", "Groundwork"]),
    room("Tokenization", ["CPCRE2", "Groundwork"]),
    room("DeepSeek", ["Layers", "Checkpoints", "Tensors", "Groundwork"]),
    room("Vision", ["Layers", "Checkpoints", "Tensors", "Groundwork"]),
    room("Fusion", ["DeepSeek", "Vision", "Layers", "Checkpoints", "Tensors", "Tokenization", "Groundwork"]),
    room(
      "Inference",
      ["Fusion", "DeepSeek", "Vision", "Tokenization", "Layers", "Checkpoints", "Tensors", "Groundwork"]),
    room(
      "Exports",
      ["Fusion", "DeepSeek", "Vision", "Tokenization", "Layers", "Checkpoints", "Tensors", "Groundwork"]),
    room("Imaging", ["CImaging", "Groundwork"]),
    room("Studies", ["Imaging", "Groundwork"]),
    room("Reports", ["Studies", "Imaging", "Tokenization", "Groundwork"]),
    room(
      "Reading",
      [
        "Fusion", "Vision", "Reports", "Studies", "Imaging", "Tokenization", "Checkpoints", "Layers",
        "Tensors",
        "Groundwork",
      ]),
    room("Evaluation", ["Reading", "Fusion", "Reports", "Studies", "Tensors", "Groundwork"]),
    room(
      "Training",
      [
        "CYAML", "Reading", "Evaluation", "Fusion", "Vision", "DeepSeek", "Reports", "Studies", "Imaging",
        "Tokenization",
        "Checkpoints", "Layers", "Tensors", "Groundwork",
      ]),
    room("Archives", ["Reading", "Fusion", "Reports", "Studies", "Imaging", "Groundwork"]),
    room("Console", ["Imaging", "Groundwork"]),
    room(
      "Benchmarks",
      [
        "Reports", "Fusion", "Vision", "DeepSeek", "Imaging", "Tokenization", "Checkpoints", "Layers",
        "Tensors",
        "Groundwork",
      ]),
    .executableTarget(
      name: "lightbox",
      dependencies: [
        "Console", "Benchmarks", "Archives", "Training", "Evaluation", "Reading", "Inference", "Exports",
        "Fusion",
        "Vision",
        "DeepSeek", "Reports",
        "Studies", "Imaging", "Tokenization", "Checkpoints", "Layers", "Tensors", "Groundwork",
      ]),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Checkpoints", "Groundwork"], path: "Tests/TestSupport"),
    tests(of: "Groundwork"),
    tests(of: "Tensors", ["Checkpoints"], fixtures: true),
    tests(of: "Checkpoints", fixtures: true),
    tests(of: "Tokenization", fixtures: true),
    tests(of: "Layers", ["Tensors", "Checkpoints"], fixtures: true),
    tests(of: "DeepSeek", ["Tensors", "Layers", "Checkpoints"], fixtures: true),
    tests(of: "Vision", ["Tensors", "Layers", "Checkpoints"], fixtures: true),
    tests(
      of: "Fusion", ["DeepSeek", "Vision", "Layers", "Checkpoints", "Tensors", "Tokenization"], fixtures: true
    ),
    tests(
      of: "Exports",
      ["Fusion", "DeepSeek", "Vision", "Layers", "Tokenization", "Tensors", "Checkpoints", "Groundwork"],
      fixtures: true),
    tests(of: "Imaging", fixtures: true),
    tests(of: "Studies", ["Imaging"], fixtures: true),
    tests(of: "Reports", ["Studies", "Imaging", "Tokenization"], fixtures: true),
    tests(
      of: "Reading", ["Fusion", "Vision", "Reports", "Studies", "Imaging", "Tokenization", "Tensors"],
      fixtures: true),
    tests(of: "Evaluation", ["Reports", "Studies"], fixtures: true),
    tests(
      of: "Training",
      [
        "Reading", "Fusion", "Reports", "Studies", "Imaging", "Layers", "Tensors", "Checkpoints",
        "Tokenization",
      ],
      fixtures: true),
    tests(
      of: "Archives",
      [
        "Reading", "Fusion", "Vision", "DeepSeek", "Reports", "Studies", "Imaging", "Tokenization", "Layers",
        "Tensors",
        "Groundwork",
      ]),
    tests(of: "Console", ["Imaging"]),
    tests(of: "Benchmarks", ["Fusion", "DeepSeek", "Layers", "Tensors", "Groundwork"]),
    .testTarget(
      name: "lightboxTests",
      dependencies: [
        "lightbox", "TestSupport", "Console", "Checkpoints", "Imaging", "Studies", "Reports", "Groundwork",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17,
  cxxLanguageStandard: .gnucxx17
)
