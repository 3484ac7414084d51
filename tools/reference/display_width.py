"""Writes Sources/Console/DisplayWidth+Ranges.swift: the scalars that take two columns, by the tables of wcwidth (PyPI).

    python tools/reference/display_width.py > Sources/Console/DisplayWidth+Ranges.swift
"""

from wcwidth.table_wide import WIDE_EASTASIAN

version, ranges = list(WIDE_EASTASIAN.items())[-1]
merged = []
for first, last in sorted(ranges):
    if merged and merged[-1][1] + 1 == first:
        merged[-1] = (merged[-1][0], last)
    else:
        merged.append((first, last))

print("extension DisplayWidth {")
print(f"  /// Scalars that take two columns: East Asian Wide and Fullwidth, Unicode {version}; made by")
print("  /// `tools/reference/display_width.py`. In order, without overlap.")
print("  static let wideRanges: [(first: UInt32, last: UInt32)] = [")
cells = [f"(0x{first:04X}, 0x{last:04X})," for first, last in merged]
for start in range(0, len(cells), 5):
    print("    " + " ".join(cells[start : start + 5]))
print("  ]")
print("}")
