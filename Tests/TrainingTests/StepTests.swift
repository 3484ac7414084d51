import Groundwork
import Testing

@testable import Training

@Suite struct StepTests {
  @Test func schedulesAreThoseOfTransformersAndTorch() throws {
    let cases = try #require(try fixture("schedules").array)
    #expect(cases.count == 22)
    for item in cases {
      let kind = try #require(Recipe.Schedule.Kind(rawValue: item["kind"]?.string ?? ""))
      let schedule = RateSchedule(
        kind: kind, warmupSteps: try #require(item["warmup"]?.integer),
        totalSteps: try #require(item["total"]?.integer), floor: try #require(item["floor"]?.number))
      for (step, expected) in try #require(item["factors"]?.array).enumerated() {
        let expected = try #require(expected.number)
        #expect(abs(schedule.factor(at: step) - expected) < 1e-12, "\(kind) at step \(step)")
      }
    }
  }

  @Test func aScheduleOfARecipeEndsAtItsFloorAndStaysThere() {
    var recipe = Recipe.Schedule()
    recipe.warmup = 0.1
    recipe.floor = 0.25
    let schedule = RateSchedule(recipe, totalSteps: 50)
    #expect(schedule.warmupSteps == 5)
    #expect(schedule.factor(at: 5) == 1)
    #expect(schedule.factor(at: 50) == 0.25)
    #expect(schedule.factor(at: 60) == 0.25)
    recipe.warmup = 1
    #expect(RateSchedule(recipe, totalSteps: 50).factor(at: 50) == 1)
  }

  @Test func anEpochSeesEveryStudyOnceInAnOrderOfItsOwn() {
    let first = EpochOrder.shuffled(count: 500, seed: 3, epoch: 0)
    #expect(first.sorted() == Array(0..<500))
    #expect(first == EpochOrder.shuffled(count: 500, seed: 3, epoch: 0))
    #expect(first != EpochOrder.shuffled(count: 500, seed: 3, epoch: 1))
    #expect(first != EpochOrder.shuffled(count: 500, seed: 4, epoch: 0))
    #expect(EpochOrder.shuffled(count: 0, seed: 1, epoch: 0).isEmpty)
    #expect(EpochOrder.shuffled(count: 1, seed: 1, epoch: 0) == [0])
    // An order that changed would break the resuming of runs begun with an older program.
    #expect(EpochOrder.shuffled(count: 8, seed: 1, epoch: 0) == [7, 4, 5, 2, 0, 3, 1, 6])
  }

  @Test func theShuffleFavoursNoPlace() {
    let epochs = 4000
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 5), count: 5)
    for epoch in 0..<epochs {
      for (place, study) in EpochOrder.shuffled(count: 5, seed: 9, epoch: epoch).enumerated() {
        counts[study][place] += 1
      }
    }
    // Mean 800, standard deviation 25; chi-square with 16 degrees of freedom is below 39.3 with probability 0.999.
    let expected = Double(epochs) / 5
    let statistic = counts.joined().reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    #expect(statistic < 39.3)
  }

  private func training(_ change: (inout Recipe.Training) -> Void) -> Recipe.Training {
    var training = Recipe.Training()
    change(&training)
    return training
  }

  @Test func stepsCoverEachEpochInItsOrder() throws {
    let plan = StepPlan(
      studies: 23,
      training: training {
        $0.epochs = 3
        $0.batch = 4
        $0.accumulate = 2
      }, seed: 5)
    #expect(plan.totalSteps == 9)
    let steps = try (1...9).map { try #require(plan.step($0)) }
    #expect(plan.step(0) == nil)
    #expect(plan.step(10) == nil)
    for epoch in 0..<3 {
      let own = steps.filter { $0.epoch == epoch }
      #expect(own.map(\.endsEpoch) == [false, false, true])
      #expect(
        own.flatMap { $0.batches.flatMap { $0 } } == EpochOrder.shuffled(count: 23, seed: 5, epoch: epoch))
      #expect(own.map { $0.batches.map(\.count) } == [[4, 4], [4, 4], [4, 3]])
    }
    #expect(steps[8].epochsDone == 3)
    #expect(steps[0].epochsDone == 2.0 / 6)
    // Any step can be asked for in any order, as a resumed run does.
    #expect(plan.step(8) == steps[7])
    #expect(plan.step(2) == steps[1])
  }

  @Test func aRunOfAFixedNumberOfStepsEndsWithinAnEpoch() throws {
    let plan = StepPlan(
      studies: 10,
      training: training {
        $0.steps = 7
        $0.epochs = 1
        $0.batch = 2
      }, seed: 5)
    #expect(plan.totalSteps == 7)
    let last = try #require(plan.step(7))
    #expect(last.epoch == 1)
    #expect(last.endsEpoch)
    #expect(last.epochsDone == 1.4)
    let long = StepPlan(studies: 1, training: training { $0.steps = 1_000_000_000 }, seed: 1)
    #expect(long.step(1_000_000_000)?.batches == [[0]])
    #expect(StepPlan(studies: 0, training: training { $0.steps = 3 }, seed: 1).totalSteps == 0)
    #expect(StepPlan(studies: 0, training: training { $0.batchTokens = 30 }, seed: 1).step(1) == nil)
  }

  @Test func aTokenBudgetClosesABatchBeforeItIsExceeded() throws {
    let lengths = (0..<40).map { 10 + ($0 * 7) % 30 } + [500]
    let plan = StepPlan(
      studies: 41, lengths: lengths,
      training: training {
        $0.epochs = 4
        $0.batch = 6
        $0.batchTokens = 100
      }, seed: 2)
    var seen: [Int: [Int]] = [:]
    for number in 1...plan.totalSteps {
      let step = try #require(plan.step(number))
      let batch = try #require(step.batches.first)
      let tokens = batch.reduce(0) { $0 + lengths[$1] }
      #expect(batch.count <= 6)
      #expect(tokens <= 100 || batch == [40])
      seen[step.epoch, default: []] += batch
    }
    #expect(seen.count == 4)
    for (epoch, order) in seen { #expect(order == EpochOrder.shuffled(count: 41, seed: 2, epoch: epoch)) }
  }

  @Test(arguments: [
    ("model.layers.3.self_attn.q_proj.weight", ModelPart.text), ("lm_head.weight", .text),
    ("visionary.weight", .text), ("vision.encoder.layer.0.norm.weight", .vision),
    ("fusion.blocks.0.attention_gate", .fusion), ("heads.findings.weight", .heads),
  ])
  func aParameterBelongsToThePartItsNameSays(name: String, part: ModelPart) {
    #expect(ModelPart(ofParameter: name) == part)
  }

  @Test func aFrozenPartHasNoRate() {
    var recipe = Recipe()
    recipe.training.rates.text = 1
    recipe.training.rates.vision = 2
    recipe.training.rates.fusion = 3
    recipe.training.rates.heads = 4
    #expect(ModelPart.allCases.map { recipe.highestRate(of: $0) } == [1, 2, 3, 4, 0])
    recipe.model.vision.frozen = true
    #expect(ModelPart.allCases.map { recipe.highestRate(of: $0) } == [1, 0, 3, 4, 0])
    recipe.model.text.frozen = true
    #expect(ModelPart.allCases.map { recipe.highestRate(of: $0) } == [0, 0, 3, 4, 0])
  }

  @Test func adaptersFreezeThePartThatTheyAreFor() {
    var recipe = Recipe()
    recipe.model.adapters.kind = .lora
    recipe.training.rates.adapters = 5
    #expect(ModelPart.allCases.map { recipe.highestRate(of: $0) > 0 } == [false, true, true, true, true])
    recipe.model.adapters.targets.append("vision.query")
    #expect(ModelPart.allCases.map { recipe.highestRate(of: $0) > 0 } == [false, false, true, true, true])
  }
}
