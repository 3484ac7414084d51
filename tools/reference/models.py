"""Reference cases for the models: random checkpoints, and what PyTorch and transformers compute from them.

  models.py REPOSITORY

Writes Tests/DeepSeekTests/Fixtures/{llama,qwen2}, Tests/VisionTests/Fixtures/{vit,stem} and Tests/FusionTests/Fixtures/joint:
config.json and model.safetensors in the layout a user has, and expected.safetensors with inputs, outputs, losses and the
gradient of every parameter (grad.NAME). The joint model is written here in plain PyTorch, after its description.
"""
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, ViTConfig, ViTModel

torch.manual_seed(11)
torch.set_num_threads(1)


def randomise(model):
    """Weights far from the usual start, so that norms, biases and attention all matter."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.ndim == 1:
                p.copy_(torch.randn_like(p) * 0.2 + (0 if name.endswith("bias") else 1))
            else:
                p.copy_(torch.randn_like(p) / (p[0].numel() ** 0.5) * 1.3)


def gradients(named):
    return {"grad." + name: p.grad.clone() for name, p in named if p.grad is not None}


def save(folder, config, state, expected):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    save_file({k: v.detach().contiguous().clone() for k, v in expected.items()}, folder / "expected.safetensors")


def text_config():
    return dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=32, intermediate_size=56,
                num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=80, hidden_act="silu",
                max_position_embeddings=64, rms_norm_eps=1e-6, rope_theta=10000.0, rope_scaling=None,
                attention_bias=False, tie_word_embeddings=False, torch_dtype="float32", bos_token_id=0, eos_token_id=1)


def llama(where):
    config = text_config()
    model = LlamaForCausalLM(LlamaConfig(**{k: v for k, v in config.items() if k != "torch_dtype"},
                                         attn_implementation="eager"))
    randomise(model)
    state = {k: v.clone() for k, v in model.state_dict().items()}
    ids = torch.randint(0, 80, (2, 21))
    labels = ids.clone()
    labels[0, :9] = -100
    out = model(ids, labels=labels, output_hidden_states=True)
    out.loss.backward()
    expected = {"input_ids": ids, "labels": labels, "logits": out.logits, "loss": out.loss.reshape(1),
                "hidden": out.hidden_states[-1], **gradients(model.named_parameters())}
    expected["greedy"] = model.generate(ids[:1, :8], max_new_tokens=12, do_sample=False, eos_token_id=None,
                                        pad_token_id=1)[0]
    # Ten steps of AdamW: decay on matrices, none on norms and the embedding.
    model.zero_grad()
    decayed = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in n)]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}],
                                  lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
    losses = []
    for _ in range(10):
        loss = model(ids, labels=labels).loss
        losses.append(loss.detach())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    expected["training_losses"] = torch.stack(losses)
    save(where / "llama", config, state, expected)


def qwen2(where):
    """As Llama, but with biases on query, key and value; here also with the embedding as the output layer."""
    torch.manual_seed(12)
    config = dict(text_config(), architectures=["Qwen2ForCausalLM"], model_type="qwen2", num_hidden_layers=1,
                  tie_word_embeddings=True, use_sliding_window=False)
    for key in ("attention_bias", "rope_scaling"):
        del config[key]
    model = Qwen2ForCausalLM(Qwen2Config(**{k: v for k, v in config.items() if k != "torch_dtype"},
                                         attn_implementation="eager"))
    randomise(model)
    state = {k: v.clone() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    ids = torch.randint(0, 80, (2, 21))
    labels = ids.clone()
    labels[0, :9] = -100
    out = model(ids, labels=labels, output_hidden_states=True)
    out.loss.backward()
    save(where / "qwen2", config, state,
         {"input_ids": ids, "labels": labels, "logits": out.logits, "loss": out.loss.reshape(1),
          "hidden": out.hidden_states[-1], **gradients(model.named_parameters())})


def vit(where):
    config = dict(model_type="vit", architectures=["ViTModel"], hidden_size=24, num_hidden_layers=2,
                  num_attention_heads=3, intermediate_size=40, image_size=24, patch_size=8, num_channels=3,
                  hidden_act="gelu", layer_norm_eps=1e-12, qkv_bias=True)
    model = ViTModel(ViTConfig(**{k: v for k, v in config.items() if k not in ("model_type", "architectures")},
                               attn_implementation="eager"))
    randomise(model)
    folder = where / "vit"
    model.save_pretrained(folder)  # The hub's tensor names, whatever they are called in memory.
    state = load_file(folder / "model.safetensors")
    pixels = torch.randn(2, 3, 24, 24)
    out = model(pixels)
    probe = torch.randn_like(out.last_hidden_state)
    (out.last_hidden_state * probe).sum().backward()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.grad if p.grad is not None else torch.zeros_like(p))
    model.save_pretrained(folder / "gradients")
    grads = load_file(folder / "gradients" / "model.safetensors")
    for f in (folder / "gradients").iterdir():
        f.unlink()
    (folder / "gradients").rmdir()
    save(folder, config, state, {"pixel_values": pixels, "probe": probe, "last_hidden_state": out.last_hidden_state,
                                 "pooler_output": out.pooler_output, **{"grad." + k: v for k, v in grads.items()}})


# -- The patch encoder with a stem, and the joint model ---------------------------------------------------------------

VISION = dict(model_type="lightbox_patch_encoder", image_size=32, patch_size=8, num_channels=1, hidden_size=24,
              num_hidden_layers=1, num_attention_heads=2, intermediate_size=40, hidden_act="gelu", layer_norm_eps=1e-6,
              qkv_bias=True, stem=[4, 6, 10])


def vision_state(p=""):
    s = {}
    channels = 1
    for i, c in enumerate(VISION["stem"]):
        s[f"{p}stem.{i}.conv.weight"] = torch.randn(c, channels, 3, 3) / (channels * 9) ** 0.5 * 1.4
        s[f"{p}stem.{i}.norm.weight"] = 1 + 0.2 * torch.randn(c)
        s[f"{p}stem.{i}.norm.bias"] = 0.2 * torch.randn(c)
        s[f"{p}stem.{i}.norm.running_mean"] = 0.1 * torch.randn(c)
        s[f"{p}stem.{i}.norm.running_var"] = 0.5 + torch.rand(c)
        channels = c
    w, f = VISION["hidden_size"], VISION["intermediate_size"]

    def linear(name, i, o, bias=True):
        s[name + ".weight"] = torch.randn(o, i) / i ** 0.5
        if bias:
            s[name + ".bias"] = 0.2 * torch.randn(o)

    def norm(name):
        s[name + ".weight"] = 1 + 0.2 * torch.randn(w)
        s[name + ".bias"] = 0.2 * torch.randn(w)

    linear(p + "stem.projection", channels, w)
    s[p + "embeddings.position_embeddings"] = 0.3 * torch.randn(1, 16, w)
    for layer in range(VISION["num_hidden_layers"]):
        n = f"{p}encoder.layer.{layer}"
        norm(n + ".layernorm_before")
        for part in ("query", "key", "value"):
            linear(f"{n}.attention.attention.{part}", w, w)
        linear(n + ".attention.output.dense", w, w)
        norm(n + ".layernorm_after")
        linear(n + ".intermediate.dense", w, f)
        linear(n + ".output.dense", f, w)
    norm(p + "layernorm")
    return s


def heads(x, n):
    return x.reshape(x.shape[0], n, -1).transpose(0, 1)


def attend(q, k, v, n):
    scores = heads(q, n) @ heads(k, n).transpose(1, 2) / (q.shape[-1] // n) ** 0.5
    return (scores.softmax(-1) @ heads(v, n)).transpose(0, 1).reshape(q.shape)


def lin(s, name, x):
    return F.linear(x, s[name + ".weight"], s.get(name + ".bias"))


def layer_norm(s, name, x):
    return F.layer_norm(x, x.shape[-1:], s[name + ".weight"], s[name + ".bias"], 1e-6)


def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w


def encode(s, pixels, training, p=""):
    x = pixels
    running = {}
    for i in range(len(VISION["stem"])):
        n = f"{p}stem.{i}"
        mean, var = s[n + ".norm.running_mean"].clone(), s[n + ".norm.running_var"].clone()
        x = F.conv2d(x, s[n + ".conv.weight"], None, stride=2, padding=1)
        x = F.relu(F.batch_norm(x, mean, var, s[n + ".norm.weight"], s[n + ".norm.bias"], training, 0.1, 1e-5))
        running[n + ".norm.running_mean"], running[n + ".norm.running_var"] = mean, var
    x = lin(s, p + "stem.projection", x.flatten(2).transpose(1, 2)) + s[p + "embeddings.position_embeddings"]
    for layer in range(VISION["num_hidden_layers"]):
        n = f"{p}encoder.layer.{layer}"
        h = layer_norm(s, n + ".layernorm_before", x)
        q, k, v = (lin(s, f"{n}.attention.attention.{part}", h) for part in ("query", "key", "value"))
        a = torch.stack([attend(q[i], k[i], v[i], VISION["num_attention_heads"]) for i in range(len(x))])
        x = x + lin(s, n + ".attention.output.dense", a)
        h = layer_norm(s, n + ".layernorm_after", x)
        x = x + lin(s, n + ".output.dense", F.gelu(lin(s, n + ".intermediate.dense", h)))
    return layer_norm(s, p + "layernorm", x), running


def trainable(state):
    return {k: v if "running" in k else v.clone().requires_grad_() for k, v in state.items()}


def stem(where):
    state = vision_state()
    pixels = torch.randn(3, 1, 32, 32)
    s = trainable(state)
    out, running = encode(s, pixels, True)
    probe = torch.randn_like(out)
    (out * probe).sum().backward()
    plain, _ = encode(state, pixels, False)
    save(where / "stem", VISION, state,
         {"pixel_values": pixels, "probe": probe, "training_output": out, "inference_output": plain,
          **{"after." + k: v for k, v in running.items()}, **gradients((k, v) for k, v in s.items() if v.requires_grad)})


TEXT = dict(text_config(), tie_word_embeddings=True)
FINDINGS, CLASSES, VIEWS = ["a", "b", "c"], ["x", "y", "z", "w"], 4


def text_layer(s, i, x, n=4, kv=2):
    p = f"model.layers.{i}"
    h = rms(x, s[p + ".input_layernorm.weight"])
    q, k, v = (lin(s, f"{p}.self_attn.{part}_proj", h) for part in "qkv")
    size = q.shape[-1] // n
    angle = torch.arange(len(x))[:, None] * (1 / 10000 ** (torch.arange(0, size, 2) / size))[None]
    cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)

    def rotate(t):
        half = torch.cat([-t[..., size // 2:], t[..., :size // 2]], -1)
        return t * cos + half * sin

    q, k, v = rotate(heads(q, n)), rotate(heads(k, kv)), heads(v, kv)
    k, v = k.repeat_interleave(n // kv, 0), v.repeat_interleave(n // kv, 0)
    scores = q @ k.transpose(1, 2) / size ** 0.5
    scores = scores.masked_fill(torch.ones(len(x), len(x)).triu(1).bool(), float("-inf"))
    x = x + lin(s, p + ".self_attn.o_proj", (scores.softmax(-1) @ v).transpose(0, 1).reshape(len(x), -1))
    h = rms(x, s[p + ".post_attention_layernorm.weight"])
    return x + lin(s, p + ".mlp.down_proj", F.silu(lin(s, p + ".mlp.gate_proj", h)) * lin(s, p + ".mlp.up_proj", h))


def block(s, p, x, memory, n, squash):
    size = x.shape[-1] // n
    gate = (lambda g: g.tanh()) if squash else (lambda g: g)
    m = rms(memory, s[p + ".memory_norm.weight"])
    q = lin(s, p + ".q_proj", rms(x, s[p + ".attention_norm.weight"]))
    k, v = lin(s, p + ".k_proj", m), lin(s, p + ".v_proj", m)
    q = rms(q.reshape(len(q), n, size), s[p + ".q_norm.weight"]).reshape(q.shape)
    k = rms(k.reshape(len(k), n, size), s[p + ".k_norm.weight"]).reshape(k.shape)
    x = x + gate(s[p + ".attention_gate"]) * lin(s, p + ".o_proj", attend(q, k, v, n))
    h = rms(x, s[p + ".feed_forward_norm.weight"])
    fed = lin(s, p + ".mlp.down_proj", F.silu(lin(s, p + ".mlp.gate_proj", h)) * lin(s, p + ".mlp.up_proj", h))
    return x + gate(s[p + ".feed_forward_gate"]) * fed


def resample(s, patches, latents, n, layers):
    x = s["fusion.resampler.latents"]
    for i in range(layers):
        p = f"fusion.resampler.layers.{i}"
        normed = layer_norm(s, p + ".latent_norm", x)
        context = torch.cat([layer_norm(s, p + ".patch_norm", patches), normed])
        a = attend(lin(s, p + ".q_proj", normed), lin(s, p + ".k_proj", context), lin(s, p + ".v_proj", context), n)
        x = x + lin(s, p + ".o_proj", a)
        x = x + lin(s, p + ".fc2", F.gelu(lin(s, p + ".fc1", layer_norm(s, p + ".feed_forward_norm", x))))
    return layer_norm(s, "fusion.resampler.norm", x)


def joint_state(fusion):
    s = {"vision." + k: v for k, v in vision_state().items()}
    d, w, f = TEXT["hidden_size"], VISION["hidden_size"], fusion["feed_forward_size"]

    def linear(name, i, o, bias=False):
        s[name + ".weight"] = torch.randn(o, i) / i ** 0.5
        if bias:
            s[name + ".bias"] = 0.2 * torch.randn(o)

    def norm(name, size, bias=False):
        s[name + ".weight"] = 1 + 0.2 * torch.randn(size)
        if bias:
            s[name + ".bias"] = 0.2 * torch.randn(size)

    s["model.embed_tokens.weight"] = 0.5 * torch.randn(TEXT["vocab_size"], d)
    for i in range(TEXT["num_hidden_layers"]):
        p = f"model.layers.{i}"
        norm(p + ".input_layernorm", d)
        norm(p + ".post_attention_layernorm", d)
        for part, out in (("q", d), ("k", d // 2), ("v", d // 2), ("o", d)):
            linear(f"{p}.self_attn.{part}_proj", d, out)
        linear(p + ".mlp.gate_proj", d, TEXT["intermediate_size"])
        linear(p + ".mlp.up_proj", d, TEXT["intermediate_size"])
        linear(p + ".mlp.down_proj", TEXT["intermediate_size"], d)
    norm("model.norm", d)
    s["fusion.view_embedding"] = 0.3 * torch.randn(VIEWS, w)
    p = "fusion.pooling"
    s[p + ".queries"] = torch.randn(len(FINDINGS), w)
    norm(p + ".norm", w, True)
    linear(p + ".k_proj", w, w)
    linear(p + ".v_proj", w, w)
    linear(p + ".o_proj", w, w, True)
    norm(p + ".output_norm", w, True)
    if fusion["latents"]:
        p = "fusion.resampler"
        s[p + ".latents"] = torch.randn(fusion["latents"], w)
        for i in range(fusion["resampler_layers"]):
            n = f"{p}.layers.{i}"
            for part in ("patch_norm", "latent_norm", "feed_forward_norm"):
                norm(f"{n}.{part}", w, True)
            for part in "qkvo":
                linear(f"{n}.{part}_proj", w, w)
            linear(n + ".fc1", w, 4 * w, True)
            linear(n + ".fc2", 4 * w, w, True)
        norm(p + ".norm", w, True)
    for i in range(0, TEXT["num_hidden_layers"], fusion["every"]):
        p = f"fusion.blocks.{i}"
        norm(p + ".attention_norm", d)
        norm(p + ".memory_norm", w)
        linear(p + ".q_proj", d, d)
        linear(p + ".k_proj", w, d)
        linear(p + ".v_proj", w, d)
        linear(p + ".o_proj", d, d)
        norm(p + ".q_norm", d // fusion["heads"])
        norm(p + ".k_norm", d // fusion["heads"])
        s[p + ".attention_gate"] = torch.tensor([0.7])
        norm(p + ".feed_forward_norm", d)
        linear(p + ".mlp.gate_proj", d, f)
        linear(p + ".mlp.up_proj", d, f)
        linear(p + ".mlp.down_proj", f, d)
        s[p + ".feed_forward_gate"] = torch.tensor([-0.4])
    s["heads.findings.weight"] = torch.randn(len(FINDINGS), w) / w ** 0.5
    linear("heads.findings.complaint", d, len(FINDINGS), True)
    linear("heads.classes.visual", len(FINDINGS) * w, 2 * d)
    linear("heads.classes.complaint", d, 2 * d, True)
    linear("heads.classes.output", 2 * d, len(CLASSES), True)
    return s


def joint_forward(s, fusion, studies, pixels, views, training):
    encoded, _ = encode(s, pixels, training, "vision.")
    encoded = encoded + s["fusion.view_embedding"][views][:, None]
    hidden, pooled_all, finding_logits, class_logits = [], [], [], []
    image = 0
    for ids, prompt, images in studies:
        patches = encoded[image:image + images].reshape(-1, encoded.shape[-1])
        image += images
        p = "fusion.pooling"
        if images:
            h = layer_norm(s, p + ".norm", patches)
            a = attend(s[p + ".queries"], lin(s, p + ".k_proj", h), lin(s, p + ".v_proj", h), fusion["heads"])
        else:
            a = torch.zeros_like(s[p + ".queries"])
        pooled = layer_norm(s, p + ".output_norm", lin(s, p + ".o_proj", a))
        memory = patches
        if fusion["latents"] and images:
            memory = resample(s, patches, fusion["latents"], fusion["heads"], fusion["resampler_layers"])
        if fusion["finding_tokens"]:
            memory = torch.cat([memory, pooled])
        x = s["model.embed_tokens.weight"][ids]
        for i in range(TEXT["num_hidden_layers"]):
            if images and i % fusion["every"] == 0:
                x = block(s, f"fusion.blocks.{i}", x, memory, fusion["heads"], fusion["gate"] == "tanh")
            x = text_layer(s, i, x)
        x = rms(x, s["model.norm.weight"])
        hidden.append(x)
        complaint = x[:prompt].mean(0, keepdim=True)
        finding_logits.append(lin(s, "heads.findings.complaint", complaint)[0]
                              + (pooled * s["heads.findings.weight"]).sum(-1))
        h = lin(s, "heads.classes.complaint", complaint) + lin(s, "heads.classes.visual", pooled.reshape(1, -1))
        class_logits.append(lin(s, "heads.classes.output", F.gelu(h))[0])
    return torch.cat(hidden), torch.stack(finding_logits), torch.stack(class_logits)


def joint(where, name, **changes):
    fusion = dict(every=1, heads=2, feed_forward_size=40, gate="tanh", latents=0, resampler_layers=2,
                  finding_tokens=True)
    fusion.update(changes)
    state = joint_state(fusion)
    s = trainable(state)
    studies = [(torch.randint(0, 80, (n,)), p, i) for n, p, i in ((11, 4, 1), (7, 3, 0), (14, 6, 2))]
    pixels, views = torch.randn(3, 1, 32, 32), torch.tensor([0, 0, 1])
    hidden, findings, classes = joint_forward(s, fusion, studies, pixels, views, True)
    targets = torch.cat([torch.cat([ids[1:], torch.tensor([-100])]) for ids, _, _ in studies])
    text_loss = F.cross_entropy(hidden @ s["model.embed_tokens.weight"].T, targets, label_smoothing=0.1)
    finding_targets = (torch.rand(3, len(FINDINGS)) > 0.5).float()
    finding_loss = F.binary_cross_entropy_with_logits(findings, finding_targets)
    class_targets = torch.tensor([2, 0, 3])
    class_loss = F.cross_entropy(classes, class_targets)
    (text_loss + 0.5 * finding_loss + 0.25 * class_loss).backward()
    with torch.no_grad():
        plain = joint_forward(state, fusion, studies, pixels, views, False)
    config = dict(architectures=["LightboxJointModel"], model_type="lightbox_joint", text_config=TEXT,
                  vision_config=dict(VISION, has_pooler=False), fusion_config=fusion,
                  heads=dict(findings=FINDINGS, classes=CLASSES, class_source="label"),
                  calibration=dict(finding_temperature=1.0, class_temperature=1.0, dataset="", count=0,
                                   expected_error=None))
    save(where / name, config, state,
         {"ids": torch.cat([i for i, _, _ in studies]), "lengths": torch.tensor([len(i) for i, _, _ in studies]),
          "prompts": torch.tensor([p for _, p, _ in studies]), "images": torch.tensor([i for _, _, i in studies]),
          "pixel_values": pixels, "views": views, "targets": targets, "finding_targets": finding_targets,
          "class_targets": class_targets, "hidden": hidden, "finding_logits": findings, "class_logits": classes,
          "losses": torch.stack([text_loss, finding_loss, class_loss]), "inference_hidden": plain[0],
          "inference_finding_logits": plain[1], "inference_class_logits": plain[2],
          **gradients((k, v) for k, v in s.items() if v.requires_grad)})


if __name__ == "__main__":
    tests = Path(sys.argv[1]) / "Tests"
    llama(tests / "DeepSeekTests" / "Fixtures")
    vit(tests / "VisionTests" / "Fixtures")
    stem(tests / "VisionTests" / "Fixtures")
    joint(tests / "FusionTests" / "Fixtures", "joint")
    joint(tests / "FusionTests" / "Fixtures", "joint-latents", every=2, gate="zero-output", latents=5,
          finding_tokens=False)
    qwen2(tests / "DeepSeekTests" / "Fixtures")
