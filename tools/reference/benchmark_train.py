"""The work of `lightbox benchmark train` in PyTorch: a whole step of training in float32 on the processor.

  benchmark_train.py text|joint [--steps N] [--warm-up N] [--threads N] [--compile]

Prints one JSON object with the same fields. Forward, backward, clipping and AdamW on random tokens and pixels, of

  text   a Llama decoder: d = 512, 8 layers, 8 heads, feed-forward 1376, vocabulary 32000, 4 sequences of 512 tokens
  joint  the same with a ViT-S/16 at 224 x 224, one image for each sequence, and gated cross-attention to its 196 patch
         tokens, with a gated feed-forward layer, before every second decoder layer
"""
import argparse
import json
import platform
import statistics
import time

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["text", "joint"])
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--warm-up", type=int, default=2)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compile", action="store_true")
options = parser.parse_args()

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(options.threads)
torch.manual_seed(1)

VOCABULARY, SIZE, LAYERS, HEADS, HIDDEN = 32000, 512, 8, 8, 1376
SEQUENCES, LENGTH = 4, 512
IMAGE, PATCH, WIDTH, VISION_LAYERS, VISION_HEADS, VISION_HIDDEN = 224, 16, 384, 12, 6, 1536
EVERY = 2


class RMSNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, 1e-6)


def linear(inputs, outputs, bias=False):
    return nn.Linear(inputs, outputs, bias=bias)


def heads_of(x, count):
    """[batch, tokens, width] -> [batch, heads, tokens, head size]"""
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def together(x):
    return x.transpose(1, 2).flatten(-2)


class GatedFeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate, self.up = linear(SIZE, HIDDEN), linear(SIZE, HIDDEN)
        self.down = linear(HIDDEN, SIZE)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


def rotate(x, cosines, sines):
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat((-second, first), -1) * sines


class DecoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_norm, self.attention_norm = RMSNorm(SIZE), RMSNorm(SIZE)
        self.query, self.key, self.value, self.output = (linear(SIZE, SIZE) for _ in range(4))
        self.feed_forward = GatedFeedForward()

    def forward(self, x, cosines, sines):
        normed = self.input_norm(x)
        q = rotate(heads_of(self.query(normed), HEADS), cosines, sines)
        k = rotate(heads_of(self.key(normed), HEADS), cosines, sines)
        v = heads_of(self.value(normed), HEADS)
        x = x + self.output(together(F.scaled_dot_product_attention(q, k, v, is_causal=True)))
        return x + self.feed_forward(self.attention_norm(x))


class EncoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.feed_forward_norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.query, self.key, self.value, self.output = (linear(WIDTH, WIDTH, True) for _ in range(4))
        self.first, self.second = linear(WIDTH, VISION_HIDDEN, True), linear(VISION_HIDDEN, WIDTH, True)

    def forward(self, x):
        normed = self.attention_norm(x)
        q, k, v = (heads_of(part(normed), VISION_HEADS) for part in (self.query, self.key, self.value))
        x = x + self.output(together(F.scaled_dot_product_attention(q, k, v)))
        return x + self.second(F.gelu(self.first(self.feed_forward_norm(x))))


class PatchEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.positions = nn.Parameter(torch.randn(1, (IMAGE // PATCH) ** 2, WIDTH) * 0.02)
        self.view = nn.Parameter(torch.randn(4, WIDTH) * 0.02)
        self.layers = nn.ModuleList(EncoderLayer() for _ in range(VISION_LAYERS))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, pixels):
        x = self.embedding(pixels).flatten(2).transpose(1, 2) + self.positions
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) + self.view[0]


class GatedCrossAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.memory_norm, self.feed_forward_norm = RMSNorm(SIZE), RMSNorm(WIDTH), RMSNorm(SIZE)
        self.query, self.output = linear(SIZE, SIZE), linear(SIZE, SIZE)
        self.key, self.value = linear(WIDTH, SIZE), linear(WIDTH, SIZE)
        self.query_norm, self.key_norm = RMSNorm(SIZE // HEADS), RMSNorm(SIZE // HEADS)
        self.attention_gate = nn.Parameter(torch.ones(1))
        self.feed_forward = GatedFeedForward()
        self.feed_forward_gate = nn.Parameter(torch.ones(1))

    def forward(self, x, patches):
        memory = self.memory_norm(patches)
        q = self.query_norm(heads_of(self.query(self.norm(x)), HEADS))
        k = self.key_norm(heads_of(self.key(memory), HEADS))
        v = heads_of(self.value(memory), HEADS)
        x = x + self.attention_gate * self.output(together(F.scaled_dot_product_attention(q, k, v)))
        return x + self.feed_forward_gate * self.feed_forward(self.feed_forward_norm(x))


class Model(nn.Module):
    def __init__(self, sees):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, SIZE)
        self.layers = nn.ModuleList(DecoderLayer() for _ in range(LAYERS))
        self.norm = RMSNorm(SIZE)
        self.head = linear(SIZE, VOCABULARY)
        self.vision = PatchEncoder() if sees else None
        self.blocks = nn.ModuleDict(
            {str(i): GatedCrossAttention() for i in range(0, LAYERS, EVERY)} if sees else {})
        half = SIZE // HEADS // 2
        angles = torch.arange(LENGTH)[:, None] * (10000.0 ** -(torch.arange(half) / half))
        self.register_buffer("cosines", torch.cat((angles, angles), -1).cos())
        self.register_buffer("sines", torch.cat((angles, angles), -1).sin())
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.02)
        for block in self.blocks.values():
            nn.init.zeros_(block.output.weight)
            nn.init.zeros_(block.feed_forward.down.weight)

    def forward(self, tokens, targets, pixels):
        patches = self.vision(pixels) if self.vision is not None else None
        x = self.embedding(tokens)
        for index, layer in enumerate(self.layers):
            if str(index) in self.blocks:
                x = self.blocks[str(index)](x, patches)
            x = layer(x, self.cosines, self.sines)
        logits = self.head(self.norm(x))
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)


def product_rate():
    """GFLOP/s of a float32 product of 2048 x 2048 matrices, the best of several."""
    a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
    best = 0.0
    for _ in range(6):
        start = time.perf_counter()
        a @ b
        best = max(best, 2 * 2048**3 / (time.perf_counter() - start) / 1e9)
    return best


def memory(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024


def processor():
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    sees = options.work == "joint"
    model = Model(sees)
    forward = torch.compile(model) if options.compile else model
    decayed = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=1e-4,
        betas=(0.9, 0.95))
    tokens = torch.randint(0, VOCABULARY, (SEQUENCES, LENGTH))
    targets = torch.cat((tokens[:, 1:], torch.full((SEQUENCES, 1), -100)), 1)
    pixels = torch.randn(SEQUENCES, 3, IMAGE, IMAGE) if sees else None
    seconds, losses = [], []
    for step in range(options.warm_up + options.steps):
        start = time.perf_counter()
        loss = forward(tokens, targets, pixels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    peak = memory("VmHWM")
    measured = seconds[options.warm_up:]
    median = statistics.median(measured)
    print(json.dumps({
        "work": options.work, "program": "torch " + torch.__version__ + (" compiled" if options.compile else ""),
        "processor": processor(), "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens": SEQUENCES * LENGTH, "steps": len(measured), "step_seconds": measured,
        "median_step_seconds": median, "tokens_per_second": SEQUENCES * LENGTH / median,
        "peak_resident_bytes": peak, "first_loss": losses[0], "last_loss": losses[-1],
        "product_gflops": product_rate(),
    }))


main()
