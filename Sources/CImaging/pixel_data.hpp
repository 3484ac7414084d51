// What finding the shape of pixels and decoding them share.
#ifndef IMAGING_PIXEL_DATA_HPP
#define IMAGING_PIXEL_DATA_HPP

#include "dicom.hpp"

namespace imaging {

// The syntaxes in which pixels lie uncompressed.
bool is_native(const std::string &uid);

// The element (7FE0,0010).
imaging_status find_pixels(imaging_dicom &dicom, DcmPixelData *&pixels, char *error, size_t error_size);

// Two samples a pixel where chroma is shared by two pixels (PS3.3 C.7.6.3.1.2), only when uncompressed.
bool has_shared_chroma(imaging_dicom &dicom, const imaging_pixels &shape);

// Bytes that all frames take when uncompressed.
uint64_t native_bytes(imaging_dicom &dicom, const imaging_pixels &shape);

// The bytes of an uncompressed element in little-endian order.
imaging_status native_data(
  imaging_dicom &dicom, DcmPixelData &pixels, const uint8_t *&bytes, uint64_t &count, char *error,
  size_t error_size);

}  // namespace imaging

#endif
