"""Writes Tests/ExportsTests/Fixtures/small.gguf: a file of every kind of value and number that Lightbox writes, as the gguf
library writes it.   python3 tools/reference/gguf_files.py   (needs gguf, numpy)"""
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize

here = Path(__file__).resolve().parents[2] / "Tests" / "ExportsTests" / "Fixtures"


def numbers(rows, columns):
    """Values that both sides can make exactly."""
    index = np.arange(rows * columns, dtype=np.int64)
    return (((index * 7919) % 2003 - 1001).astype(np.float32) / np.float32(512)).reshape(rows, columns)


def main():
    here.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(here / "small.gguf", "llama")
    writer.add_uint32("a.count", 7)
    writer.add_float32("a.epsilon", 1e-6)
    writer.add_bool("a.flag", True)
    writer.add_string("a.name", "肺 lung")
    writer.add_array("a.tokens", ["a", "Ġb", "<｜User｜>"])
    writer.add_array("a.types", [1, 3, 4])
    writer.add_tensor("norm.weight", numbers(1, 5)[0])
    writer.add_tensor("half.weight", numbers(3, 4).astype(np.float16))
    writer.add_tensor("blocks.weight", quantize(numbers(4, 64), GGMLQuantizationType.Q8_0),
                      raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
