"""The work of `lightbox benchmark generate` in llama.cpp and in transformers, on one random model.

  benchmark_generate.py model DIRECTORY                    writes the model in bfloat16 as transformers does (torch)
  benchmark_generate.py gguf DIRECTORY BF16|Q8_0 FILE      writes it as GGUF (gguf, numpy)
  benchmark_generate.py llama FILE [options]               times llama.cpp on it (llama-cpp-python)
  benchmark_generate.py transformers DIRECTORY [options]   times transformers on it in float32 (torch)

Options: --prompt-tokens N, --max-tokens N, --repetitions N, --threads N. The last two print one JSON object: seconds to read a
prompt up to the logits of its last token, and seconds to go on for N - 1 tokens after 8, one by one.
"""
import argparse
import json
import struct
import time
from pathlib import Path

SHAPE = dict(vocab_size=32256, hidden_size=2048, intermediate_size=5504, num_hidden_layers=8, num_attention_heads=16,
             num_key_value_heads=16, max_position_embeddings=4096, rms_norm_eps=1e-6, rope_theta=10000.0,
             tie_word_embeddings=False)
CONTEXT = 8


def write_model(directory):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    LlamaForCausalLM(LlamaConfig(**SHAPE)).save_pretrained(directory)


def stored_tensors(directory):
    """Names, shapes and bfloat16 bits of every tensor of a safetensors file."""
    import numpy

    path = Path(directory) / "model.safetensors"
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
    bits = numpy.memmap(path, dtype=numpy.uint8, mode="r", offset=8 + length)
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            yield name, bits[start:end].view(numpy.uint16).reshape(entry["shape"])


def write_gguf(directory, kind, path):
    import gguf
    import numpy

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_vocab_size(SHAPE["vocab_size"])
    writer.add_context_length(SHAPE["max_position_embeddings"])
    writer.add_embedding_length(SHAPE["hidden_size"])
    writer.add_feed_forward_length(SHAPE["intermediate_size"])
    writer.add_block_count(SHAPE["num_hidden_layers"])
    writer.add_head_count(SHAPE["num_attention_heads"])
    writer.add_head_count_kv(SHAPE["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(SHAPE["rms_norm_eps"])
    writer.add_rope_freq_base(SHAPE["rope_theta"])
    writer.add_rope_dimension_count(SHAPE["hidden_size"] // SHAPE["num_attention_heads"])
    writer.add_tokenizer_model("none")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, SHAPE["num_hidden_layers"])
    storage = getattr(gguf.GGMLQuantizationType, kind)
    for name, bits in stored_tensors(directory):
        values = (bits.astype(numpy.uint32) << 16).view(numpy.float32)
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            # The two halves of a head, which rotate together, lie in turns in GGUF.
            rows, columns = values.shape
            heads = SHAPE["num_attention_heads"]
            values = values.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
        target = names.get_name(name, try_suffixes=(".weight",))
        if values.ndim == 1:
            writer.add_tensor(target, values)
        else:
            writer.add_tensor(target, gguf.quants.quantize(values, storage), raw_dtype=storage)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def measure(options, read, write):
    """`read(tokens)` reads a prompt anew; `write(count)` goes on token by token."""
    result = {"reading_seconds": [], "writing_seconds": [], "prompt_tokens": options.prompt_tokens,
              "written_tokens": options.max_tokens - 1}
    prompt = [(17 * i * i + 5 * i) % SHAPE["vocab_size"] for i in range(options.prompt_tokens)]
    for repetition in range(options.repetitions + 1):
        start = time.perf_counter()
        read(prompt)
        middle = time.perf_counter()
        read(prompt[:CONTEXT])
        begin = time.perf_counter()
        write(options.max_tokens - 1)
        end = time.perf_counter()
        if repetition > 0:
            result["reading_seconds"].append(middle - start)
            result["writing_seconds"].append(end - begin)
    print(json.dumps(result))


def time_llama(path, options):
    import llama_cpp as llama

    silence = llama.llama_log_callback(lambda level, text, data: None)  # lives as long as the library may call it
    llama.llama_log_set(silence, None)
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    settings = llama.llama_context_default_params()
    settings.n_ctx = options.prompt_tokens + options.max_tokens + CONTEXT
    settings.n_batch = settings.n_ubatch = max(512, options.prompt_tokens)
    settings.n_threads = settings.n_threads_batch = options.threads
    context = llama.llama_init_from_model(model, settings)

    def decode(tokens):
        memory = (llama.llama_token * len(tokens))(*tokens)  # the batch only points to it
        batch = llama.llama_batch_get_one(memory, len(tokens))
        if llama.llama_decode(context, batch) != 0:
            raise SystemExit("llama_decode failed")
        llama.llama_get_logits_ith(context, -1)

    def read(tokens):
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        decode(tokens)

    measure(options, read, lambda count: [decode([i % 97 + 1]) for i in range(count)])


def time_transformers(directory, options):
    import torch
    from transformers import LlamaForCausalLM

    torch.set_num_threads(options.threads)
    model = LlamaForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    state = {}

    @torch.inference_mode()
    def decode(tokens, cache=None):
        output = model(torch.tensor([tokens]), past_key_values=cache, use_cache=True, logits_to_keep=1)
        state["cache"] = output.past_key_values

    measure(options, decode, lambda count: [decode([i % 97 + 1], state["cache"]) for i in range(count)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["model", "gguf", "llama", "transformers"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--max-tokens", type=int, default=48)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    match options.step:
        case "model": write_model(*options.paths)
        case "gguf": write_gguf(*options.paths)
        case "llama": time_llama(*options.paths, options)
        case "transformers": time_transformers(*options.paths, options)


main()
