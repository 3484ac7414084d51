"""What a plain classifier makes of the chest radiographs: logistic regression on 32x32 thumbnails.

  thumbnail_baseline.py STUDIES.jsonl

Learns on the split `train`, chooses its strength on `validation`, prints accuracy and macro F1 on `test`: the figures that
configs/chest-xray.yaml has to beat.
"""
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

path = Path(sys.argv[1])
rows = [r for r in map(json.loads, path.open(encoding="utf-8")) if r.get("label") and r.get("images")]
data = {}
for split in ("train", "validation", "test"):
    chosen = [r for r in rows if r["split"] == split]
    pixels = [np.asarray(Image.open(path.parent / r["images"][0]["path"]).convert("L").resize((32, 32), Image.BILINEAR),
                         np.float32).ravel() / 255 for r in chosen]
    data[split] = np.stack(pixels), [r["label"] for r in chosen]
best = None
for strength in (1e-4, 1e-3, 1e-2, 1e-1, 1):
    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000)).fit(*data["train"])
    score = accuracy_score(data["validation"][1], model.predict(data["validation"][0]))
    if best is None or score > best[0]:
        best = score, strength, model
predicted = best[2].predict(data["test"][0])
truth = data["test"][1]
print(json.dumps({"strength": best[1], "validation_accuracy": round(best[0], 4),
                  "test_accuracy": round(accuracy_score(truth, predicted), 4),
                  "test_macro_f1": round(f1_score(truth, predicted, average="macro"), 4), "test_studies": len(truth)}))
