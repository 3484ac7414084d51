#include "rle.hpp"

#include <algorithm>

namespace imaging {
namespace {

uint32_t little_endian(const uint8_t *bytes) {
  return bytes[0] | static_cast<uint32_t>(bytes[1]) << 8 | static_cast<uint32_t>(bytes[2]) << 16
    | static_cast<uint32_t>(bytes[3]) << 24;
}

// Unpacks one segment (PackBits) to every `stride`-th byte of `output`.
bool unpack(const uint8_t *bytes, size_t count, uint64_t values, uint32_t stride, uint8_t *output) {
  uint64_t written = 0;
  for (size_t place = 0; place < count && written < values;) {
    const auto control = static_cast<int8_t>(bytes[place++]);
    if (control == -128) continue;
    const uint64_t run = std::min<uint64_t>(control >= 0 ? control + 1 : 1 - control, values - written);
    if (control >= 0 ? run > count - place : place >= count) return false;
    for (uint64_t index = 0; index < run; index++) {
      output[(written + index) * stride] = bytes[control >= 0 ? place + index : place];
    }
    written += run;
    place += control >= 0 ? static_cast<size_t>(control) + 1 : 1;
  }
  return written == values;
}

}  // namespace

bool decode_rle(
  const uint8_t *bytes, size_t count, uint64_t pixels, uint32_t samples, uint32_t sample_bytes, uint8_t *output) {
  const size_t header = 64;
  const uint32_t segments = samples * sample_bytes;
  if (count < header || segments > 15 || little_endian(bytes) != segments) return false;
  for (uint32_t segment = 0; segment < segments; segment++) {
    const size_t start = little_endian(bytes + 4 + 4 * segment);
    const size_t end = segment + 1 < segments ? little_endian(bytes + 8 + 4 * segment) : count;
    if (start < header || start > end || end > count) return false;
    // A sample's most significant byte comes first.
    const uint32_t sample = segment / sample_bytes;
    const uint32_t byte = sample_bytes - 1 - segment % sample_bytes;
    if (!unpack(bytes + start, end - start, pixels, segments, output + sample * sample_bytes + byte)) return false;
  }
  return true;
}

}  // namespace imaging
