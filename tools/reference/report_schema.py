"""Instances of the report schemas with the verdict of PyPI jsonschema: Tests/ReportsTests/Fixtures/schema_cases.json.

  report_schema.py [--check]

Reads datasets/schema/*.json. Each case changes a valid instance in one place and says whether it is valid still
(of the report, which is large, every seventh). Deterministic;
--check compares with what is checked in and writes nothing.
"""
import argparse
import copy
import itertools
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "Tests/ReportsTests/Fixtures/schema_cases.json"

DRAFT = {
    "findings": [
        {"code": "pleural_effusion", "presence": "present", "laterality": "left", "location": "lower_zone", "severity": "moderate"},
        {"code": "pneumothorax", "presence": "absent", "laterality": "none", "location": "none", "severity": "none"}],
    "impression": [{"zh": "左侧中等量胸腔积液。", "en": "Moderate left pleural effusion."}],
    "differential": ["J90", "J18.9"],
    "recommendation": [{"zh": "建议超声检查。", "en": "Ultrasound is advised.", "within": "P1W"}],
    "urgency": "urgent"}

REPORT = json.loads((ROOT / "Tests/ReportsTests/Fixtures/report_example.json").read_text("utf-8"))

INSTANCES = {"cxr-clinical-1.json": DRAFT, "cxr-report-1.json": REPORT}


def places(value, path=()):
    """Every place inside an instance, outermost first."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def apply(instance, path, change, argument):
    """The instance with one place changed: set to a value, removed, or (a text or an array) repeated."""
    if not path:
        return argument
    out = copy.deepcopy(instance)
    parent, key = at(out, path[:-1]), path[-1]
    if change == "remove":
        del parent[key]
    else:
        parent[key] = argument if change == "set" else parent[key] * argument
    return out


def changes(instance):
    """(path, change, argument)"""
    yield (), "set", instance
    for path in places(instance):
        value = at(instance, path)
        if path:
            yield path, "remove", None
        for other in (None, 7, -1.5, "x", "", " ", [], {}, True):
            yield path, "set", other
        if isinstance(value, dict) and path:
            yield path + ("extra",), "set", 1
        if isinstance(value, list) and value:
            yield path, "repeat", 2
            yield path, "repeat", 20
        if isinstance(value, str) and value:
            yield path, "repeat", 60
            for text in (" " + value, value + " ", value + "\tx", value.upper(), "é" + value, value + "。"):
                yield path, "set", text
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            for number in (-value - 1, value + 1000, value + 0.5, float(value)):
                yield path, "set", number


def cases(name, instance, stride):
    schema = json.loads((ROOT / "datasets/schema" / name).read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    rows = [[list(path), change, argument, validator.is_valid(apply(instance, path, change, argument))]
            for path, change, argument in itertools.islice(changes(instance), 0, None, stride)]
    return {"instance": instance, "cases": rows[1:], "valid": rows[0][3]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    parts = []
    for name, instance in INSTANCES.items():
        data = cases(name, instance, 1 if name == "cxr-clinical-1.json" else 7)
        rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in data["cases"])
        parts.append(f'"{name}":{{"instance":{json.dumps(instance, ensure_ascii=False)},"cases":[\n{rows}]}}')
        assert data["valid"], name
        print(name, len(data["cases"]), "changes,", sum(row[3] for row in data["cases"]), "still valid")
    text = "{" + ",\n".join(parts) + "}\n"
    if check:
        sys.exit(0 if OUT.read_text("utf-8") == text else f"{OUT} is out of date")
    OUT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
