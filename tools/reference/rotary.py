"""Rotary frequencies as transformers computes them: Tests/LayersTests/Fixtures/rotary.safetensors.

  rotary.py REPOSITORY
"""
import sys
from pathlib import Path

from safetensors.torch import save_file
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding


def frequencies(theta, scaling):
    config = LlamaConfig(hidden_size=256, num_attention_heads=4, max_position_embeddings=131072,
                         rope_parameters={"rope_theta": theta, "rope_type": "default", **scaling})
    return LlamaRotaryEmbedding(config).inv_freq.clone()


save_file({
    "none": frequencies(10000.0, {}),
    "linear": frequencies(100000.0, {"rope_type": "linear", "factor": 4.0}),
    "llama3": frequencies(500000.0, {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                     "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}),
}, Path(sys.argv[1]) / "Tests/LayersTests/Fixtures/rotary.safetensors")
