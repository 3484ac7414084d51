"""Reference cases for preprocessor_config.json: a grey picture as transformers' image processors hand it to an encoder.

  preprocessing.py REPOSITORY

Writes Tests/ReadingTests/Fixtures/preprocessing.json: the picture's intensities from 0 to 255, and for each case the family,
the file and the first and last channel of what the encoder sees.
"""
import json
import sys
from pathlib import Path

import numpy as np
import transformers
from PIL import Image

MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
CASES = [
    ("vit", "ViTImageProcessorPil", dict(do_resize=True, size={"height": 16, "width": 16}, resample=2, do_rescale=True,
                                         rescale_factor=1 / 255, do_normalize=True, image_mean=[0.5] * 3,
                                         image_std=[0.5] * 3)),
    ("siglip_vision_model", "SiglipImageProcessorPil", dict(do_resize=True, size={"height": 24, "width": 24}, resample=3,
                                                            do_rescale=True, rescale_factor=0.00392156862745098,
                                                            do_normalize=True, image_mean=[0.5] * 3, image_std=[0.5] * 3)),
    ("clip_vision_model", "CLIPImageProcessorPil", dict(crop_size=16, do_center_crop=True, do_normalize=True, do_resize=True,
                                                        image_mean=MEAN, image_std=DEVIATION, resample=3, size=16)),
    ("dinov2", "BitImageProcessorPil", dict(crop_size={"height": 14, "width": 14}, do_center_crop=True, do_normalize=True,
                                            do_rescale=True, do_resize=True, image_mean=[0.5307] * 3,
                                            image_std=[0.2583] * 3, resample=3, rescale_factor=1 / 255,
                                            size={"shortest_edge": 21})),
    ("vit", "ViTImageProcessorPil", dict(size=32, resample=2, do_normalize=False)),
]

if __name__ == "__main__":
    rows, columns = np.mgrid[0:37, 0:53]
    grey = ((np.sin(rows / 5) * np.cos(columns / 7) + 1) * 110 + (rows * columns % 31)).clip(0, 255).astype("u1")
    grey[5:12, 20:30] = 255
    grey[20:30, 5:9] = 0
    picture = Image.fromarray(np.stack([grey] * 3, -1))
    cases = []
    for family, processor, config in CASES:
        pixels = getattr(transformers, processor)(**config)(picture, return_tensors="np")["pixel_values"][0]
        cases.append({"family": family, "config": config, "side": pixels.shape[-1],
                      "first": [round(float(v), 5) for v in pixels[0].flat],
                      "last": [round(float(v), 5) for v in pixels[-1].flat]})
    file = Path(sys.argv[1]) / "Tests/ReadingTests/Fixtures/preprocessing.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"width": 53, "height": 37, "pixels": grey.flatten().tolist(), "cases": cases}) + "\n")
