// What the readers of PNG and JPEG share: colour to luma, and a bounded view of the bytes.
#ifndef IMAGING_RASTER_H
#define IMAGING_RASTER_H

#include "failure.h"

// Luma of 8- or 16-bit colour by ITU-R BT.601, in 16-bit fixed point (the weights sum to 65536).
static inline uint16_t imaging_luma(uint32_t red, uint32_t green, uint32_t blue) {
  return (uint16_t)(((uint64_t)red * 19595 + (uint64_t)green * 38470 + (uint64_t)blue * 7471 + 0x8000) >> 16);
}

imaging_status imaging_png_open(
  const uint8_t *bytes, size_t count, imaging_picture *picture, char *error, size_t error_size);
imaging_status imaging_png_decode(
  const uint8_t *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error, size_t error_size);
imaging_status imaging_jpeg_open(
  const uint8_t *bytes, size_t count, imaging_picture *picture, char *error, size_t error_size);
// `samples` in the order of the file, stored_width * stored_height.
imaging_status imaging_jpeg_decode(
  const uint8_t *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error, size_t error_size);

#endif
