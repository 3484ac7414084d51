/// A shell that `--completions` writes for.
public enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }
