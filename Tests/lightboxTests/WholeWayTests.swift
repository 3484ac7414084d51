import Groundwork
import Reports
import Testing

/// From nothing to a report, with the program alone: phantoms, a small model, its measures, an answer.
@Suite struct WholeWayTests {
  private func recipe(_ scratch: Scratch) -> String {
    """
    schema: recipe/1
    name: small
    seed: 5
    data: {path: \(scratch.path)/phantoms/studies.jsonl, complaint: true, images: true, image_size: 32, context: 512, target: report}
    model:
      text: {hidden: 32, layers: 1, heads: 2, key_value_heads: 2, feed_forward: 64, vocabulary: 600, tied: true}
      vision: {patch: 8, width: 32, layers: 1, heads: 2, feed_forward: 64}
      fusion: {every: 1, heads: 2, feed_forward: 64, gate: zero-output}
    heads: {findings: true, classes: diagnosis}
    training: {epochs: 1, batch: 8, log_every: 1}
    """
  }

  /// What a process draws for itself, such as the order of a dictionary, must not reach the model.
  @Test func processesOfTheSameRecipeMakeTheSameModel() throws {
    let scratch = try Scratch()
    let phantoms = Path.join(scratch.path, "phantoms")
    #expect(
      try Binary.run("synthesize", "-o", phantoms, "--count", "24", "--size", "96", "--format", "png").code
        == 0)
    let file = try scratch.write("small.yaml", recipe(scratch))
    let models = try ["a", "b", "c"].map { name in
      let run = Path.join(scratch.path, name)
      let arguments = [
        "train", file, "-o", run, "--quiet", "--set", "model.text.layers=4", "--set",
        "model.fusion.finding_tokens=true",
      ]
      let training = try Binary.run(arguments)
      #expect(training.code == 0, "\(training.messages)")
      return try SHA256.hexadecimal(ofFile: Path.join(run, "last/model.safetensors"))
    }
    #expect(Set(models).count == 1)
  }

  @Test func aModelIsTrainedMeasuredAndAsked() throws {
    let scratch = try Scratch()
    let phantoms = Path.join(scratch.path, "phantoms")
    let run = Path.join(scratch.path, "run")
    #expect(
      try Binary.run("synthesize", "-o", phantoms, "--count", "24", "--size", "96", "--format", "png").code
        == 0)
    let training = try Binary.run(
      "train", try scratch.write("small.yaml", recipe(scratch)), "-o", run, "--quiet", "--json")
    #expect(training.code == 0, "\(training.messages)")
    let losses = try training.output.split(separator: "\n").compactMap {
      try JSON(parsing: String($0))["loss"]?.number
    }
    #expect(losses.count >= 2 && losses.allSatisfy { $0.isFinite })

    let facts = try #require(try Binary.run("inspect", run, "--json").json)
    #expect(facts["kind"]?.string == "run" && (facts["step"]?.integer ?? 0) >= 2)
    let model = Path.join(run, "best")
    #expect(try Binary.run("inspect", model, "--json").json?["kind"]?.string == "model")

    let image = try #require(try File.list(Path.join(phantoms, "images")).first)
    let film = Path.join(phantoms, "images/" + image)
    let words = ["ask", model, film, "--complaint", "发热、咳嗽三天", "--age", "56", "--sex", "F"]
    let answer = try Binary.run(words + ["--json"])
    #expect(answer.code == 0, "\(answer.messages)")
    let report = try #require(answer.json)
    #expect(report["schema"]?.string == Report.schemaName)
    #expect(report["patient"]?["sex"]?.string == "F" && report["patient"]?["age_years"]?.number == 56)
    #expect(report["clinical"]?["chief_complaint"]?["language"]?.string == "zh")
    #expect(
      try report["study"]?["images"]?.array?.first?["sha256"]?.string == SHA256.hexadecimal(ofFile: film))
    // Without --complaint, standard input is the complaint.
    let spoken = try Binary.run("ask", model, film, "--language", "en", input: Array("cough\n".utf8))
      .output
    #expect(spoken.contains("Complaint\n    cough\n") && !spoken.contains("主诉"))

    #expect(try Binary.run("ask", phantoms, "--complaint", "x").code == 65)
    #expect(try Binary.run("ask", model, "no-such-film.dcm", "--complaint", "x").code == 65)
    #expect(try Binary.run("ask", model, "--sex", "Q").code == 64)
  }
}
