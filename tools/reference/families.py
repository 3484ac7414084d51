"""Reference cases for the text family: random checkpoints of every architecture, and what transformers computes from them.

  families.py REPOSITORY

Writes Tests/DeepSeekTests/Fixtures/NAME for each case below: config.json in the words of the published checkpoints, weights
under their tensor names, and expected.safetensors with input_ids, labels, logits, the last hidden states, the loss, the
gradient of every parameter (grad.NAME) and the greedy continuation of the first eight tokens. `v2` is in two shards of
bfloat16, float16 and float32; `v3-float8` has float8 matrices in blocks of 8 x 8, and a layer of multi-token prediction. The
model of DeepSeekMoE, which transformers does not have, is Llama's with the experts written here.
"""
import json
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

VOCABULARY = 40
LLAMA = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=16, intermediate_size=20,
             num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, vocab_size=VOCABULARY, hidden_act="silu",
             max_position_embeddings=64, rms_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None, attention_bias=False,
             tie_word_embeddings=False, torch_dtype="float32", bos_token_id=0, eos_token_id=1)
EXPERTS = dict(moe_intermediate_size=12, n_routed_experts=6, n_shared_experts=2, num_experts_per_tok=2,
               first_k_dense_replace=1, moe_layer_freq=1, norm_topk_prob=False, scoring_func="softmax")
MLA = dict(LLAMA, **EXPERTS, q_lora_rank=None, kv_lora_rank=8, qk_nope_head_dim=6, qk_rope_head_dim=4, v_head_dim=5,
           topk_method="greedy", n_group=1, topk_group=1, routed_scaling_factor=1.0)
V2 = dict(MLA, architectures=["DeepseekV2ForCausalLM"], model_type="deepseek_v2")
V3 = dict(MLA, architectures=["DeepseekV3ForCausalLM"], model_type="deepseek_v3", q_lora_rank=10, n_shared_experts=1,
          n_routed_experts=8, n_group=4, topk_group=2, num_experts_per_tok=3, norm_topk_prob=True,
          scoring_func="sigmoid", topk_method="noaux_tc", routed_scaling_factor=2.5, num_nextn_predict_layers=0)


def yarn(mscale, all_dim):
    return {"type": "yarn", "factor": 8, "beta_fast": 32, "beta_slow": 1, "mscale": mscale, "mscale_all_dim": all_dim,
            "original_max_position_embeddings": 16}


def llama3():
    return {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16}


# The newer spelling: theta and type of the rotary embedding in one object.
NEW = {k: v for k, v in LLAMA.items() if k not in ("rope_theta", "rope_scaling", "torch_dtype")}
CASES = {
    "coder": dict(LLAMA, rope_theta=100000.0, rope_scaling={"type": "linear", "factor": 4.0}),
    "distill-llama": dict(NEW, dtype="float32", num_key_value_heads=1, rope_parameters=dict(llama3(), rope_theta=500000.0)),
    "moe": dict(LLAMA, **dict(EXPERTS, norm_topk_prob=True), architectures=["DeepseekForCausalLM"],
                model_type="deepseek"),
    "v2-lite": dict(V2, rope_scaling=yarn(0.707, 0.707)),
    "v2": dict(V2, q_lora_rank=10, n_routed_experts=8, n_group=4, topk_group=2, topk_method="group_limited_greedy",
               routed_scaling_factor=4.0, rope_scaling=yarn(1.0, 0.707), attention_bias=True),
    "v3": dict(V3, rope_scaling=yarn(1.0, 1.0)),
    "v3-float8": dict(V3, q_lora_rank=None, num_nextn_predict_layers=1, quantization_config=dict(
        quant_method="fp8", fmt="e4m3", activation_scheme="dynamic", weight_block_size=[8, 8])),
}


class Experts(torch.nn.Module):
    """The experts of DeepSeekMoE: softmax over all, the best few, beside the shared ones."""

    def __init__(self, config, mlp):
        super().__init__()
        hidden, self.config = config["hidden_size"], config
        self.gate = torch.nn.Linear(hidden, config["n_routed_experts"], bias=False)
        self.experts = torch.nn.ModuleList(mlp(config["moe_intermediate_size"])
                                           for _ in range(config["n_routed_experts"]))
        self.shared_experts = mlp(config["moe_intermediate_size"] * config["n_shared_experts"])

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        weights, chosen = self.gate(rows).softmax(-1).topk(self.config["num_experts_per_tok"], -1)
        if self.config["norm_topk_prob"]:
            weights = weights / (weights.sum(-1, keepdim=True) + 1e-20)
        dense = torch.zeros(len(rows), len(self.experts), dtype=x.dtype).scatter(1, chosen, weights)
        routed = sum(dense[:, i, None] * expert(rows) for i, expert in enumerate(self.experts))
        return (routed + self.shared_experts(rows)).reshape(x.shape)


def build(config):
    if config["model_type"] != "deepseek":
        plain = {k: v for k, v in config.items() if k not in ("quantization_config", "torch_dtype", "dtype")}
        return AutoModelForCausalLM.from_config(AutoConfig.for_model(**plain), attn_implementation="eager").float()
    llama = LlamaConfig(**{k: v for k, v in config.items() if k in LLAMA and k not in (
        "architectures", "model_type", "torch_dtype")}, attn_implementation="eager")
    model = LlamaForCausalLM(llama)
    kind = type(model.model.layers[0].mlp)

    def mlp(size):
        return kind(LlamaConfig(**{**llama.to_dict(), "intermediate_size": size}))

    for index in range(config["first_k_dense_replace"], config["num_hidden_layers"]):
        model.model.layers[index].mlp = Experts(config, mlp)
    return model


def randomise(model, generator):
    """Weights far from the usual start, so that norms, biases and routers all matter."""
    with torch.no_grad():
        for name, p in list(model.named_parameters()) + list(model.named_buffers()):
            if "inv_freq" in name:
                continue
            r = torch.randn(p.shape, generator=generator)
            if "e_score" in name:
                p.copy_(0.2 * r)
            elif p.ndim == 1:
                p.copy_(0.2 * r + (0 if name.endswith("bias") else 1))
            else:
                p.copy_(1.3 * r / p.shape[-1] ** 0.5)


def stored(model):
    """The parameters under the names of a checkpoint, whatever they are called in memory."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(Path(folder) / "model.safetensors")


def restore(model, state):
    """The model from a checkpoint's tensors."""
    if type(model) is LlamaForCausalLM:
        model.load_state_dict(state, strict=True)
        return model
    with tempfile.TemporaryDirectory() as folder:
        save_file(state, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        config = {k: v for k, v in model.config.to_dict().items() if k != "quantization_config"}
        (Path(folder) / "config.json").write_text(json.dumps(config))
        experts = {"experts_implementation": "eager"} if "n_routed_experts" in config else {}
        return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32, **experts)


def float8(state, block=8):
    """Matrices as float8 with a scale a block, and what they are worth."""
    files, plain = {}, {}
    for name, w in state.items():
        if w.ndim != 2 or "embed" in name or "lm_head" in name or name.endswith("mlp.gate.weight"):
            files[name] = plain[name] = w
            continue
        down, across = -(-w.shape[0] // block), -(-w.shape[1] // block)
        scales, small, back = torch.empty(down, across), torch.empty(w.shape, dtype=torch.float8_e4m3fn), torch.empty(w.shape)
        for i in range(down):
            for j in range(across):
                at = (slice(block * i, block * i + block), slice(block * j, block * j + block))
                scales[i, j] = w[at].abs().max() / 448
                small[at] = (w[at] / scales[i, j]).to(torch.float8_e4m3fn)
                back[at] = small[at].float() * scales[i, j]
        files[name], files[name + "_scale_inv"], plain[name] = small, scales, back
    files["model.layers.2.eh_proj.weight"] = torch.ones(4, 8)
    files["model.layers.2.enorm.weight"] = torch.ones(4)
    return files, plain


def narrow(state):
    """Each kind of tensor in another type, and what it is worth."""
    files = {k: v if v.ndim == 1 else v.half() if "embed" in k or "lm_head" in k else v.bfloat16() for k, v in state.items()}
    return files, {k: v.float() for k, v in files.items()}


def write(folder, config, files, shards):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    if shards == 1:
        return save_file(files, folder / "model.safetensors", metadata={"format": "pt"})
    names, weight_map = sorted(files), {}
    for i in range(shards):
        part = names[i::shards]
        file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        save_file({k: files[k] for k in part}, folder / file, metadata={"format": "pt"})
        weight_map.update({k: file for k in part})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}, indent=1) + "\n")


def greedy(model, ids, count):
    gap = float("inf")
    for _ in range(count):
        with torch.no_grad():
            best = model(ids, use_cache=False).logits[0, -1].topk(2)
        gap = min(gap, float(best.values[0] - best.values[1]))
        ids = torch.cat([ids, best.indices[None, :1]], 1)
    return ids[0], gap


def case(folder, name, config, seed):
    """Another seed where a choice of an expert or a token hangs on rounding."""
    while True:
        generator = torch.Generator().manual_seed(seed)
        model = build(config).eval()
        randomise(model, generator)
        state = {k: v.float() for k, v in stored(model).items()}
        files, plain = float8(state) if name == "v3-float8" else narrow(state) if name == "v2" else (state, state)
        model = restore(model, plain).eval()
        ids = torch.randint(2, VOCABULARY, (2, 17), generator=generator)
        with torch.no_grad():
            single = model(ids).logits
            double = model.double()(ids).logits
            model.float()
        tokens, gap = greedy(model, ids[:1, :8], 12)
        if (single - double).abs().max() < 5e-5 and gap > 5e-3:
            break
        seed += 1000
    labels = ids.clone()
    labels[0, :7] = -100
    out = model(ids, labels=labels, output_hidden_states=True, use_cache=False)
    out.loss.backward()
    expected = {"input_ids": ids, "labels": labels, "logits": out.logits, "loss": out.loss.reshape(1),
                "hidden": out.hidden_states[-1], "greedy": tokens}
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.grad if p.grad is not None else torch.zeros_like(p))
    expected.update({"grad." + k: v for k, v in stored(model).items() if "e_score" not in k})
    write(folder, config, files, 2 if name == "v2" else 1)
    save_file({k: v.detach().contiguous().clone() for k, v in expected.items()}, folder / "expected.safetensors")
    print(name, "seed", seed, "loss", out.loss.item(), "gap", gap)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for number, (name, config) in enumerate(CASES.items()):
        case(Path(sys.argv[1]) / "Tests" / "DeepSeekTests" / "Fixtures" / name, name, config, 40 + number)
