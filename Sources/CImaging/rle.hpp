// RLE Lossless (PS3.5 Annex G), of our own: DCMTK 3.6.7 reads past the data of a damaged frame.
#ifndef IMAGING_RLE_HPP
#define IMAGING_RLE_HPP

#include <cstddef>
#include <cstdint>

namespace imaging {

// Decodes a frame to `pixels` pixels of `samples` samples of `sample_bytes` bytes, the samples of a pixel together, in
// native byte order. False when the frame holds fewer bytes than that or contradicts itself.
bool decode_rle(
  const uint8_t *bytes, size_t count, uint64_t pixels, uint32_t samples, uint32_t sample_bytes, uint8_t *output);

}  // namespace imaging

#endif
