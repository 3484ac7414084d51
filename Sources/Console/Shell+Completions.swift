extension Shell {
  /// A script that teaches this shell the verbs of a program, their options, and what goes where a value goes.
  public func completions(for program: Command) -> String {
    let commands = Self.flattened(program, path: [])
    switch self {
    case .bash: return Self.bash(program.name, commands)
    case .zsh: return Self.zsh(program.name, commands)
    case .fish: return Self.fish(program.name, commands)
    }
  }

  private typealias Entry = (path: [String], command: Command)

  private static let programOptions = ["--help", "--version", "--completions"]

  /// Every command with the words that lead to it, the program itself first.
  private static func flattened(_ command: Command, path: [String]) -> [Entry] {
    [(path, command)] + command.steps.flatMap { flattened($0, path: path + [$0.name]) }
  }

  private static func options(of entry: Entry) -> [String] {
    if entry.path.isEmpty { return programOptions }
    return entry.command.options.flatMap { $0.name == "output" ? ["-o", "--output"] : [$0.spelling] } + [
      "--help"
    ]
  }

  /// The word before the cursor decides what may follow it; otherwise the words so far that name commands do.
  private static func bash(_ program: String, _ commands: [Entry]) -> String {
    var text = """
      _\(program)() {
        local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" path="" index
        for ((index = 1; index < COMP_CWORD; index++)); do
          case "$path ${COMP_WORDS[index]}" in

      """
    for entry in commands where !entry.path.isEmpty {
      let words = " " + entry.path.joined(separator: " ")
      text += "      \(quoted(words))) path=\(quoted(words)) ;;\n"
    }
    text += "    esac\n  done\n  COMPREPLY=()\n  case \"$path:$before\" in\n"
    for entry in commands {
      let prefix = entry.path.map { " " + $0 }.joined()
      for shape in entry.command.options {
        guard let action = bashAction(shape.completion), shape.form == .option else { continue }
        let spellings = shape.name == "output" ? ["-o", "--output"] : [shape.spelling]
        let patterns = spellings.map { quoted("\(prefix):\($0)") }.joined(separator: "|")
        text += "    \(patterns)) \(action); return ;;\n"
      }
    }
    text += "    ':--completions') \(bashWords(Shell.allCases.map(\.rawValue))); return ;;\n"
    text += "  esac\n  case \"$path\" in\n"
    for entry in commands {
      let words = entry.command.steps.map(\.name) + options(of: entry)
      let pattern = quoted(entry.path.map { " " + $0 }.joined())
      text += "    \(pattern)) \(bashWords(words)) ;;\n"
    }
    return text + """
        esac
        if [[ "$word" != -* && -n "$path" && ${#COMPREPLY[@]} -eq 0 ]]; then
          compopt -o filenames
          COMPREPLY=($(compgen -f -- "$word"))
        fi
      }
      complete -F _\(program) \(program)

      """
  }

  private static func bashWords(_ words: [String]) -> String {
    "COMPREPLY=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$word\"))"
  }

  private static func bashAction(_ completion: Completion) -> String? {
    switch completion {
    case .nothing: nil
    case .files: "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\"))"
    case .directories: "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$word\"))"
    case .words(let words): bashWords(words)
    }
  }

  private static func zsh(_ program: String, _ commands: [Entry]) -> String {
    var text = "#compdef \(program)\n"
    for entry in commands {
      text += "\n" + zshName(program, entry.path) + "() {\n"
      var lines = entry.command.options.map(zshOption)
      lines.append("'--help[show help]'")
      if entry.path.isEmpty {
        lines += [
          "'--version[show the version]'", "'--completions[print completions]:shell:(bash zsh fish)'",
        ]
      }
      if entry.command.steps.isEmpty {
        lines += entry.command.operands.map { shape in
          "'\(shape.isRepeated ? "*" : "")\(shape.isRequired || shape.isRepeated ? "" : ":"):\(shape.name):"
            + "\(zshAction(shape.completion))'"
        }
        text += "  _arguments -s " + lines.joined(separator: " \\\n    ") + "\n}\n"
      } else {
        lines += ["'1:command:->command'", "'*::arguments:->arguments'"]
        text += "  local context state line\n  typeset -A opt_args\n"
        text += "  _arguments -C " + lines.joined(separator: " \\\n    ") + "\n"
        text += "  case $state in\n    command)\n      local -a commands=(\n"
        for step in entry.command.steps {
          text += "        \(quoted("\(step.name):\(step.summary)"))\n"
        }
        text += "      )\n      _describe command commands ;;\n    arguments)\n      case $line[1] in\n"
        for step in entry.command.steps {
          text += "        \(step.name)) \(zshName(program, entry.path + [step.name])) ;;\n"
        }
        text += "      esac ;;\n  esac\n}\n"
      }
    }
    return text + "\ncompdef _\(program) \(program)\n"
  }

  private static func zshName(_ program: String, _ path: [String]) -> String {
    "_" + ([program] + path).joined(separator: "_")
  }

  private static func zshOption(_ shape: ParameterShape) -> String {
    let summary = shape.summary.filter { !"[]:'\\".contains($0) }
    let value = shape.form == .flag ? "" : ":\(shape.valueName.lowercased()):\(zshAction(shape.completion))"
    let repeated = shape.isRepeated ? "*" : ""
    if shape.name == "output" { return "'(-o --output)'{-o,--output}'[\(summary)]\(value)'" }
    return "'\(repeated)\(shape.spelling)[\(summary)]\(value)'"
  }

  private static func zshAction(_ completion: Completion) -> String {
    switch completion {
    case .nothing: " "
    case .files: "_files"
    case .directories: "_files -/"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  private static func fish(_ program: String, _ commands: [Entry]) -> String {
    var text = "complete -c \(program) -f\n"
    for entry in commands {
      let condition = fishCondition(entry)
      let start = "complete -c \(program) -n \(quoted(condition))"
      for step in entry.command.steps {
        text += "\(start) -a \(step.name) -d \(quoted(step.summary))\n"
      }
      for shape in entry.command.options {
        let short = shape.name == "output" ? " -s o" : ""
        let value = shape.form == .flag ? "" : " -r" + fishAction(shape.completion)
        text += "\(start) -l \(shape.name)\(short)\(value) -d \(quoted(shape.summary))\n"
      }
      if entry.path.isEmpty {
        text += "\(start) -l version -d 'show the version'\n"
        text += "\(start) -l completions -r -f -a 'bash zsh fish' -d 'print completions'\n"
      }
      if entry.command.operands.contains(where: { $0.completion != .nothing }) { text += "\(start) -F\n" }
    }
    return text + "complete -c \(program) -l help -d 'show help'\n"
  }

  private static func fishCondition(_ entry: Entry) -> String {
    if entry.path.isEmpty { return "__fish_use_subcommand" }
    let seen = entry.path.map { "__fish_seen_subcommand_from \($0)" }
    let steps = entry.command.steps.map(\.name).joined(separator: " ")
    let unseen = steps.isEmpty ? [] : ["not __fish_seen_subcommand_from \(steps)"]
    return (seen + unseen).joined(separator: "; and ")
  }

  private static func fishAction(_ completion: Completion) -> String {
    switch completion {
    case .nothing: " -f"
    case .files: " -F"
    case .directories: " -f -a '(__fish_complete_directories)'"
    case .words(let words): " -f -a \(quoted(words.joined(separator: " ")))"
    }
  }

  /// Between single quotes, for all three shells.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacingQuotes() + "'"
  }
}

extension String {
  /// A quote becomes a typographic one, so that no shell needs an escape.
  fileprivate func replacingQuotes() -> String { String(map { $0 == "'" ? "’" : $0 }) }
}
