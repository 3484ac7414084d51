extension Command {
  /// The text of `--help`, at most `columns` wide where its words allow. `path` is as in "lightbox prepare split".
  public func help(path: String, columns: Int = 80) -> String {
    let width = max(40, min(columns, 100))
    var sections = [TextBlock.wrapped("\(path): \(summary)", to: width)]
    if !discussion.isEmpty { sections.append(TextBlock.wrapped(discussion, to: width)) }
    sections.append(usage(path: path, width: width))
    if !steps.isEmpty {
      sections.append(section("Commands", steps.map { ($0.name, $0.summary) }, width))
    }
    if !operands.isEmpty {
      sections.append(section("Operands", operands.map { ($0.name, $0.described) }, width))
    }
    sections.append(section("Options", helpedOptions(path: path), width))
    if !examples.isEmpty {
      sections.append(examples.count == 1 ? "Example:" : "Examples:")
      sections[sections.count - 1] += examples.map { example in
        "\n" + TextBlock.wrapped(example.meaning, to: width, indentation: 2) + "\n    " + example.line
      }.joined()
    }
    if !steps.isEmpty { sections.append("\(path) COMMAND --help says more about one.") }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private func usage(path: String, width: Int) -> String {
    let start = "Usage: \(path)"
    if !steps.isEmpty { return start + " COMMAND ..." }
    let words = shapes.sorted { $0.usageRank < $1.usageRank }.map(\.usage)
    let indentation = min(DisplayWidth.of(start) + 1, width / 2)
    return TextBlock.filled([start] + words, to: width, hanging: indentation)
  }

  private func helpedOptions(path: String) -> [(String, String)] {
    var rows: [(String, String)] = options.map { shape in
      let short = shape.name == "output" ? "-o, " : ""
      let value = shape.valueName.isEmpty ? "" : " " + shape.valueName
      return (short + shape.spelling + value, shape.described)
    }
    rows.append(("--help", "show this"))
    if !steps.isEmpty, !path.contains(" ") {
      rows.append(("--version", "show the version"))
      rows.append(("--completions SHELL", "print completions for bash, zsh or fish"))
    }
    return rows
  }

  private func section(_ title: String, _ rows: [(name: String, text: String)], _ width: Int) -> String {
    let longest = rows.map { DisplayWidth.of($0.name) }.max() ?? 0
    let column = min(longest, 28) + 4
    return title + ":"
      + rows.map { row in
        let name = "  " + row.name
        let text = TextBlock.wrapped(row.text, to: width, indentation: column)
        guard DisplayWidth.of(name) + 2 <= column else { return "\n\(name)\n\(text)" }
        return "\n" + DisplayWidth.padded(name, to: column) + text.drop { $0 == " " }
      }.joined()
  }
}

extension ParameterShape {
  fileprivate var described: String {
    var text = summary
    if isRepeated, form == .option { text += " (may be given several times)" }
    if let defaultText { text += " (default: \(defaultText))" }
    return text
  }

  /// The order in the usage line: operands as declared, then what must be there, then the rest.
  fileprivate var usageRank: Int { form == .operand ? 0 : isRequired ? 1 : 2 }

  fileprivate var usage: String {
    switch form {
    case .operand where isRepeated: return "[\(name) ...]"
    case .operand: return isRequired ? name : "[\(name)]"
    case .flag: return "[\(spelling)]"
    case .option:
      let spelling = name == "output" && isRequired ? "-o" : spelling
      if isRepeated { return "[\(spelling) \(valueName) ...]" }
      return isRequired ? "\(spelling) \(valueName)" : "[\(spelling) \(valueName)]"
    }
  }
}
