"""Trees and places of YAML texts as PyYAML has them: Tests/TrainingTests/Fixtures/yaml.json.

Usage: python tools/reference/yaml_trees.py
"""

import json
import os

import yaml

TEXTS = [
    "",
    "# only a comment\n",
    "a: 1\nb: two\n",
    "a:\n  b:\n    c: [1, 2.5, x y]\n  d: {e: f, 'g': \"h\\n\\u5fc3\"}\n",
    "text: |\n  one\n  two\nfolded: >-\n  three\n  four\nlast: ~\n",
    "- a\n- - b\n  - c\n- {d: e}\n- []\n- {}\n",
    "中文: 心影增大  # 注\nkey:    spaced   \n'quoted key': ''\n",
    "---\na: b\n...\n",
    "a: 'it''s'\nb: \"tab\\there\"\nc: -1e-3\nd: http://x/y#z\n",
    "a:\r\n  b: 1\r\nc: 2\r\n",
    "\ufeffa: 1\n",
    "? a\n: b\n",
]


def tree(node):
    place = [node.start_mark.line + 1, node.start_mark.column + 1]
    if isinstance(node, yaml.ScalarNode):
        return {"scalar": node.value, "plain": node.style is None, "at": place}
    if isinstance(node, yaml.SequenceNode):
        return {"sequence": [tree(element) for element in node.value], "at": place}
    return {"mapping": [[key.value, tree(value)] for key, value in node.value], "at": place}


def main():
    cases = []
    for text in TEXTS:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        cases.append({"text": text, "tree": tree(root) if root else None})
    path = os.path.join(os.path.dirname(__file__), "../../Tests/TrainingTests/Fixtures/yaml.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cases, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
