"""Writes Tests/CheckpointsTests/Fixtures: numbers in every stored type with their values as torch has them, and a model in
shards.   python3 tools/reference/safetensors_files.py   (needs torch, safetensors, huggingface_hub)"""
import json
from pathlib import Path

import torch
from huggingface_hub import split_torch_state_dict_into_shards
from safetensors.torch import save_file

here = Path(__file__).resolve().parents[2] / "Tests" / "CheckpointsTests" / "Fixtures"
gen = torch.Generator().manual_seed(5)
edge = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 65520.0, 1e-8, 6e-8, 6.1e-5, float("inf"), float("-inf"), 3.4e38, 1e-40,
                     0.1, 1 / 3])
values = torch.cat([edge, torch.randn(33, generator=gen) * torch.logspace(-9, 9, 33)]).reshape(6, 8)
tensors = {"values": values, "f64": values.double() / 3, "f64.as_float": (values.double() / 3).float()}
for name, kind in {"f16": torch.float16, "bf16": torch.bfloat16}.items():
    tensors[name] = values.to(kind)
    tensors[name + ".as_float"] = values.to(kind).float()
for name, kind in {"e4m3": torch.float8_e4m3fn, "e5m2": torch.float8_e5m2}.items():
    codes = torch.arange(256, dtype=torch.uint8).view(kind)
    tensors[name] = codes
    tensors[name + ".as_float"] = codes.float()
ints = {"i8": torch.int8, "u8": torch.uint8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64}
for name, kind in ints.items():
    info = torch.iinfo(kind)
    tensors[name] = torch.tensor([info.min, 0, 7, info.max], dtype=kind)
tensors["bool"] = torch.tensor([[True, False], [False, True]])
tensors["scalar"] = torch.tensor(2.5)
tensors["empty"] = torch.zeros(0, 4)
save_file(tensors, here / "types.safetensors", metadata={"format": "pt"})

# A model in shards, split by huggingface_hub: Tests/CheckpointsTests/Fixtures/sharded
folder = here / "sharded"
folder.mkdir(exist_ok=True)
state = {f"layers.{i}.{part}": torch.randn(rows, 6, generator=gen) for i in range(3) for part, rows in
         (("up", 9), ("down", 4), ("norm", 1))}
state["embed"] = torch.randn(20, 6, generator=gen).bfloat16()
plan = split_torch_state_dict_into_shards(state, max_shard_size=500)
for name, tensors in plan.filename_to_tensors.items():
    save_file({t: state[t] for t in tensors}, folder / name, metadata={"format": "pt"})
index = {"metadata": {"total_size": plan.metadata["total_size"]}, "weight_map": plan.tensor_to_filename}
(folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
(folder / "config.json").write_text(json.dumps({"model_type": "test", "order": list(state)}) + "\n")
