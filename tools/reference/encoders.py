"""Reference cases for vision encoders: random checkpoints, and what transformers computes from them.

  encoders.py REPOSITORY

Writes Tests/VisionTests/Fixtures/NAME for each encoder below: config.json and model.safetensors in the layout a user has,
and expected.safetensors with pixel_values, probe, the outputs, and the gradient of sum(last_hidden_state * probe) by every
parameter and by the pixels (grad.NAME).
"""
import json
import math
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

SIDE = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, num_channels=3)
ENCODERS = {  # name: (config, height x width, options of the call)
    "vit-interpolated": (dict(SIDE, model_type="vit", architectures=["ViTModel"], intermediate_size=40, image_size=24,
                              patch_size=8, hidden_act="gelu", layer_norm_eps=1e-12, qkv_bias=True), (32, 16),
                         {"interpolate_pos_encoding": True}),
    "clip": (dict(SIDE, model_type="clip_vision_model", architectures=["CLIPVisionModel"], intermediate_size=40,
                  image_size=24, patch_size=8, hidden_act="quick_gelu", layer_norm_eps=1e-5), (24, 24), {}),
    "siglip": (dict(SIDE, model_type="siglip_vision_model", architectures=["SiglipVisionModel"], intermediate_size=40,
                    image_size=24, patch_size=8, hidden_act="gelu_pytorch_tanh", layer_norm_eps=1e-6), (24, 24), {}),
    "dinov2": (dict(SIDE, model_type="dinov2", architectures=["Dinov2Model"], mlp_ratio=2, image_size=24, patch_size=8,
                    hidden_act="gelu", layer_norm_eps=1e-6, qkv_bias=True, layerscale_value=1.0, use_swiglu_ffn=False),
               (24, 24), {}),
    "dinov2-gated": (dict(SIDE, num_hidden_layers=1, model_type="dinov2", architectures=["Dinov2Model"], mlp_ratio=2,
                          image_size=24, patch_size=8, hidden_act="gelu", layer_norm_eps=1e-6, qkv_bias=True,
                          layerscale_value=1.0, use_swiglu_ffn=True), (16, 40), {}),
}


def randomise(model):
    """Weights far from the usual start, so that norms, biases and attention all matter."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.ndim == 1:
                p.copy_(torch.randn_like(p) * 0.2 + (0 if name.endswith("bias") else 1))
            else:
                p.copy_(torch.randn_like(p) / math.sqrt(p[0].numel()) * 1.3)


def stored(model):
    """The parameters under the names of a checkpoint, whatever they are called in memory."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(Path(folder) / "model.safetensors")


def encoder(folder, config, size, options):
    kind = getattr(transformers, config["architectures"][0])
    model = kind(kind.config_class(**{k: v for k, v in config.items() if k != "model_type"}))
    model.set_attn_implementation("eager")
    randomise(model)
    state = stored(model)
    pixels = torch.randn(2, 3, *size, requires_grad=True)
    out = model(pixels, **options)
    probe = torch.randn_like(out.last_hidden_state)
    (out.last_hidden_state * probe).sum().backward()
    expected = {"pixel_values": pixels, "probe": probe, "last_hidden_state": out.last_hidden_state,
                "grad.pixel_values": pixels.grad}
    if out.pooler_output is not None:
        expected["pooler_output"] = out.pooler_output
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.grad if p.grad is not None else torch.zeros_like(p))
    expected.update({"grad." + k: v for k, v in stored(model).items()})
    # The hub has these towers under a prefix; transformers 5 saves them without.
    prefix = "vision_model." if config["model_type"] in ("clip_vision_model", "siglip_vision_model") else ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({prefix + k: v for k, v in state.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    save_file({("grad." + prefix + k[5:] if k.startswith("grad.") and k != "grad.pixel_values" else k):
               v.detach().contiguous().clone() for k, v in expected.items()}, folder / "expected.safetensors")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for number, (name, case) in enumerate(ENCODERS.items()):
        torch.manual_seed(20 + number)
        encoder(Path(sys.argv[1]) / "Tests" / "VisionTests" / "Fixtures" / name, *case)
