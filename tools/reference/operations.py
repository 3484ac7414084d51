"""Reference cases for every differentiable operation: values and gradients, computed by PyTorch in float64.

  operations.py

Writes Tests/TensorsTests/Fixtures/operations.safetensors. A case NAME has its inputs NAME/INPUT, its result NAME/y, the
gradient NAME/dy that comes back to the result, and the gradients NAME/grad.INPUT that go on to the inputs. Sizes are odd on
purpose: a vector of floats has 4, 8 or 16.
"""
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(5)
torch.set_num_threads(1)
file = Path(__file__).resolve().parents[2] / "Tests/TensorsTests/Fixtures/operations.safetensors"
saved = {}


def normal(*shape, scale=1.0):
    return torch.randn(*shape) * scale


def case(name, function, inputs, constants=None, y=True):
    """Saves the case of `function` of the inputs, whose gradients are wanted, and of constants."""
    leaves = {key: value.double().requires_grad_() for key, value in inputs.items()}
    constants = constants or {}
    result = function(**leaves, **{k: v.double() if v.is_floating_point() else v for k, v in constants.items()})
    dy = normal(*result.shape)
    (result * dy.double()).sum().backward()
    tensors = {**inputs, **constants, "y": result, "dy": dy}
    tensors |= {"grad." + key: leaf.grad for key, leaf in leaves.items()}
    for key, value in tensors.items():
        value = value.detach()
        saved[f"{name}/{key}"] = (value.float() if value.is_floating_point() else value).contiguous().clone()


def loss_case(name, losses_of, inputs, targets, factors, **more):
    """A loss starts its own gradient: of the sum of factors times losses."""
    leaves = {key: value.double().requires_grad_() for key, value in inputs.items()}
    losses = losses_of(**leaves)
    (losses * factors.double()).sum().backward()
    tensors = {**inputs, "targets": targets, "factors": factors, "losses": losses, **more}
    tensors |= {"grad." + key: leaf.grad for key, leaf in leaves.items()}
    for key, value in tensors.items():
        value = value.detach()
        saved[f"{name}/{key}"] = (value.float() if value.is_floating_point() else value).contiguous().clone()


def single(value):
    """A constant of the interface, which is float32."""
    return float(torch.tensor(value, dtype=torch.float32))


def elementwise():
    a, b = normal(7, 37), normal(7, 37)
    case("add", lambda a, b: a + b, {"a": a, "b": b})
    case("scale", lambda x: x * single(-0.7), {"x": a})
    case("multiply", lambda a, b: a * b, {"a": a, "b": b})
    points = torch.cat([torch.linspace(-9, 9, 101), torch.tensor([0.0, 1e-4, -1e-4, 30.0, -30.0]), normal(31)])
    quick = single(1.702)
    kinds = {
        "relu": torch.relu,
        "silu": F.silu,
        "gelu": lambda x: x * torch.special.ndtr(x),
        "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
        "quickGelu": lambda x: x * torch.sigmoid(quick * x),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
    for name, function in kinds.items():
        case(name, lambda x: function(x), {"x": points})
        case(name + "Gated", lambda gate, up: function(gate) * up, {"gate": normal(5, 19), "up": normal(5, 19)})


def products():
    x, weight, bias = normal(9, 37), normal(21, 37), normal(21)
    case("linear", lambda x, weight, bias: x @ weight.T + bias, {"x": x, "weight": weight, "bias": bias})
    half = weight.bfloat16()
    case("linearHalf", lambda x, weight: x @ weight.T, {"x": x}, {"weight": half.float()})

    def convolution(stride, padding):
        def run(x, weight, bias):
            y = F.conv2d(x.reshape(2, 9, 7, 3).permute(0, 3, 1, 2), weight, bias, stride=stride, padding=padding)
            return y.permute(0, 2, 3, 1).reshape(-1, 5)
        return run

    x = normal(2 * 9 * 7, 3)
    case("convolution", convolution(2, 1), {"x": x, "weight": normal(5, 3, 3, 3), "bias": normal(5)})
    case("convolutionOfOne", convolution(1, 0), {"x": x, "weight": normal(5, 3, 1, 1), "bias": normal(5)})

    def patches(x):
        y = x.reshape(2, 3, 2, 4, 3, 4)
        return y.permute(0, 2, 4, 1, 3, 5).reshape(12, 48)

    case("patches", patches, {"x": normal(2, 3, 8, 12)})


def rows():
    indices = torch.tensor([3, 0, 3, 10, 3, 7, 0], dtype=torch.int32)
    case("gatherRows", lambda table, indices: table[indices.long()], {"table": normal(11, 23)}, {"indices": indices})
    case("concatenateRows", lambda a, b: torch.cat([a, b, a]), {"a": normal(3, 17), "b": normal(5, 17)})
    case("addRowVector", lambda x, vector: x + vector, {"x": normal(6, 29), "vector": normal(29)})
    case("rowDots", lambda a, b: (a * b).sum(1), {"a": normal(6, 29), "b": normal(6, 29)})

    def means(x):
        empty = torch.zeros(x.shape[1], dtype=x.dtype)
        return torch.stack([x[0:4].mean(0), x[4:5].mean(0), empty, x[3:9].mean(0)])

    case("rangeMeans", means, {"x": normal(9, 19)})


def normalisation():
    epsilon = single(1e-5)

    def rms(x, weight):
        rows = x.reshape(-1, weight.numel())
        y = rows * torch.rsqrt((rows * rows).mean(1, keepdim=True) + epsilon) * weight
        return y.reshape(x.shape)

    case("rmsNorm", rms, {"x": normal(7, 39) + 0.3, "weight": normal(39)})
    case("rmsNormOfHeads", rms, {"x": normal(7, 4 * 9), "weight": normal(9)})
    case("layerNorm", lambda x, weight, bias: F.layer_norm(x, (39,), weight, bias, epsilon),
         {"x": normal(7, 39) + 2, "weight": normal(39), "bias": normal(39)})

    x, weight, bias = normal(23, 11) * 2 + 3, normal(11), normal(11)
    mean, variance = normal(11), torch.rand(11) + 0.5
    moved_mean, moved_variance = mean.double(), variance.double()
    case("batchNorm", lambda x, weight, bias: F.batch_norm(x, moved_mean, moved_variance, weight, bias, True,
                                                           single(0.1), epsilon),
         {"x": x, "weight": weight, "bias": bias})
    saved["batchNorm/mean"], saved["batchNorm/variance"] = mean, variance
    saved["batchNorm/moved_mean"], saved["batchNorm/moved_variance"] = moved_mean.float(), moved_variance.float()
    y = F.batch_norm(x.double(), mean.double(), variance.double(), weight.double(), bias.double(), False, 0.0, epsilon)
    saved["batchNorm/inference"] = y.float()


def rotations():
    heads, size = 3, 8
    positions = torch.tensor([0, 1, 2, 7, 100, 3], dtype=torch.int32)
    frequencies = 100.0 ** (-torch.arange(0, size, 2) / size)

    def rotate(interleaved):
        def run(x, positions, frequencies):
            angle = (positions[:, None].double() * frequencies)[:, None, :]
            x = x.reshape(-1, heads, size)
            a, b = (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., : size // 2], x[..., size // 2:])
            c, s = angle.cos(), angle.sin()
            parts = (a * c - b * s, b * c + a * s)
            y = torch.stack(parts, -1).flatten(-2) if interleaved else torch.cat(parts, -1)
            return y.reshape(-1, heads * size)
        return run

    constants = {"positions": positions, "frequencies": frequencies}
    case("rotary", rotate(False), {"x": normal(6, heads * size)}, constants)
    case("rotaryInterleaved", rotate(True), {"x": normal(6, heads * size)}, constants)


def visible(query, keys, position, causal, window, prefix):
    """Which of the keys 0 ... keys - 1 of its range a query sees."""
    own = position + query
    key = torch.arange(keys)
    seen = torch.ones(keys, dtype=torch.bool)
    if causal:
        seen &= key <= own
    if window:
        seen &= ((key <= own) & (key > own - window)) | (key < prefix)
    return seen


def attend(heads, size, ranges, causal, window=0, prefix=0):
    query_heads, key_heads = heads

    def run(q, k, v):
        y = torch.zeros_like(q)
        q, k, v = q.reshape(-1, query_heads, size), k.reshape(-1, key_heads, size), v.reshape(-1, key_heads, size)
        rows = {}
        for (query_start, queries), (key_start, keys), position in ranges:
            for i in range(queries):
                seen = visible(i, keys, position, causal, window, prefix)
                parts = []
                for head in range(query_heads):
                    group = head * key_heads // query_heads
                    own_keys = k[key_start:key_start + keys, group][seen]
                    scores = own_keys @ q[query_start + i, head] * single(size ** -0.5)
                    parts.append(scores.softmax(0) @ v[key_start:key_start + keys, group][seen])
                rows[query_start + i] = torch.cat(parts)
        return torch.stack([rows.get(r, y[r]) for r in range(len(y))])
    return run


def attention():
    def inputs(queries, keys, heads, size):
        return {"q": normal(queries, heads[0] * size), "k": normal(keys, heads[1] * size),
                "v": normal(keys, heads[1] * size)}

    packed = [((0, 6), (0, 6), 0), ((6, 7), (6, 7), 0)]
    case("attentionCausal", attend((4, 2), 8, packed, True), inputs(13, 13, (4, 2), 8))
    cross = [((0, 5), (0, 9), 0), ((5, 2), (9, 0), 0), ((7, 4), (3, 8), 0)]  # the middle one has no keys; keys are shared
    case("attentionCross", attend((2, 2), 12, cross, False), inputs(11, 11, (2, 2), 12))
    cached = [((0, 1), (0, 8), 7), ((1, 3), (8, 9), 6)]  # queries at the end of longer keys
    case("attentionCached", attend((4, 1), 16, cached, True), inputs(4, 17, (4, 1), 16))
    windowed = [((0, 9), (0, 9), 0), ((9, 6), (9, 6), 0)]
    case("attentionWindow", attend((2, 1), 8, windowed, True, window=3, prefix=2), inputs(15, 15, (2, 1), 8))

    q, k = normal(11, 24), normal(11, 24)
    apart = [((0, 5), (0, 6), 0), ((5, 2), (6, 0), 0), ((7, 4), (6, 5), 0)]
    weights = torch.zeros(11, dtype=torch.float64)
    for (query_start, queries), (key_start, keys), _ in apart:
        for i in range(queries if keys else 0):
            for head in range(2):
                scores = k.double().reshape(-1, 2, 12)[key_start:key_start + keys, head] @ q.double().reshape(
                    -1, 2, 12)[query_start + i, head] * single(12 ** -0.5)
                weights[key_start:key_start + keys] += scores.softmax(0) / (queries * 2)
    saved["attentionWeights/q"], saved["attentionWeights/k"] = q, k
    saved["attentionWeights/y"] = weights.float()

    mask = torch.tensor([1, 0, 1, 1, 0, 1], dtype=torch.uint8)
    tensors = {"x": normal(6, 21), "branch": normal(6, 21), "gate": torch.tensor([0.6])}
    case("gatedResidual", lambda x, branch, gate, mask: x + torch.tanh(gate) * branch * mask[:, None], tensors,
         {"mask": mask})
    case("gatedResidualPlain", lambda x, branch, gate: x + gate * branch, tensors)


def losses():
    targets = torch.tensor([3, -100, 0, 28, 7, -100, 7, 28, 11], dtype=torch.int32)
    factors = torch.rand(9) + 0.2
    hidden, weight = normal(9, 13), normal(29, 13)
    for name, smoothing in (("", 0.0), ("Smooth", 0.1)):
        def cross(logits, smoothing=smoothing):
            return F.cross_entropy(logits, targets.long(), reduction="none", label_smoothing=single(smoothing))

        loss_case("crossEntropy" + name, lambda logits: cross(logits), {"logits": normal(9, 29) * 3}, targets, factors)
        best = (hidden.double() @ weight.double().T).argmax(1).int().where(targets != -100, -1)
        loss_case("linearCrossEntropy" + name, lambda hidden, weight: cross(hidden @ weight.T),
                  {"hidden": hidden, "weight": weight}, targets, factors, predictions=best)
    logits, marks = normal(5, 7) * 4, torch.rand(5, 7)
    marks[0], marks[1] = 0, 1
    left_out = torch.rand(5, 7) * (torch.rand(5, 7) > 0.2)
    kept = (left_out != 0).double()
    loss_case("binaryCrossEntropy",
              lambda logits: F.binary_cross_entropy_with_logits(logits, marks.double(), reduction="none") * kept,
              {"logits": logits}, marks, left_out)


def optimizer():
    parameter = normal(57)
    saved["adamW/start"] = parameter
    leaf = torch.nn.Parameter(parameter.double())
    adam = torch.optim.AdamW([leaf], lr=single(0.01), betas=(single(0.9), single(0.98)), eps=single(1e-6),
                             weight_decay=single(0.1))
    for step in range(1, 4):
        gradient = normal(57) * 10 ** (1 - step)
        leaf.grad = gradient.double() * single(0.25)
        adam.step()
        saved[f"adamW/gradient{step}"], saved[f"adamW/parameter{step}"] = gradient, leaf.detach().float().clone()


def experts():
    """Heads, and mixtures of experts."""
    def heads_of(x):
        return x.reshape(len(x), 3, -1)

    case("columns", lambda x: heads_of(x)[..., 2:7].flatten(1), {"x": normal(6, 3 * 9)})
    case("joinColumns", lambda a, b: torch.cat([heads_of(a), heads_of(b), torch.zeros(6, 3, 2)], -1).flatten(1),
         {"a": normal(6, 3 * 5), "b": normal(6, 3 * 3)})
    case("scaleRows", lambda x, factors: x * factors[:, None], {"x": normal(6, 29), "factors": normal(6)})
    indices = torch.tensor([3, 0, 3, 4, 3, 1, 0], dtype=torch.int32)
    case("scatterRows", lambda x, indices: torch.zeros(6, 23, dtype=x.dtype).index_add(0, indices.long(), x),
         {"x": normal(7, 23)}, {"indices": indices})
    weights = {f"weight{i}": normal(37, 21) for i in range(4)}
    ranges = [(0, 1), (1, 4), (4, 4), (4, 30)]
    case("groupedLinear", lambda x, **weights: torch.cat([x[a:b] @ weights[f"weight{i}"].T for i, (a, b) in enumerate(ranges)]),
         {"x": normal(30, 21), **weights})

    def route(logits, bias=None, sigmoid=False, groups=1, kept=1, normalise=False):
        scores = logits.sigmoid() if sigmoid else logits.softmax(-1)
        values = (scores if bias is None else scores + bias).detach().reshape(len(logits), groups, -1)
        worth = values.topk(2, -1).values.sum(-1) if sigmoid else values.max(-1).values
        open_groups = torch.zeros_like(worth).scatter(1, worth.topk(kept, -1).indices, 1).bool()
        values = values.masked_fill(~open_groups[..., None], float("-inf")).flatten(1)
        chosen = values.topk(3, -1).indices.sort(-1).values
        weights = scores.gather(1, chosen)
        weights = weights / (weights.sum(-1, keepdim=True) + single(1e-20)) if normalise else weights
        return (weights * 2.5).flatten()

    case("routeSoftmax", route, {"logits": normal(5, 8) * 2})
    case("routeGroups", lambda logits: route(logits, groups=4, kept=2, normalise=True), {"logits": normal(5, 8) * 2})
    case("routeSigmoid", lambda logits, bias: route(logits, bias, sigmoid=True, groups=4, kept=2, normalise=True),
         {"logits": normal(5, 8) * 2}, {"bias": normal(8) * 0.3})


for group in (elementwise, products, rows, normalisation, rotations, attention, losses, optimizer, experts):
    group()
file.parent.mkdir(parents=True, exist_ok=True)
save_file(saved, file)
print(len(saved), "tensors,", file.stat().st_size, "bytes")
