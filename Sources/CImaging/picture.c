// What a file is, and the way from a PNG or JPEG to grey samples as displayed.
#include <stdlib.h>
#include <string.h>

#include "raster.h"

// The first element of a DICOM data set without preamble: group 0002 or 0008, small element, and either an explicit
// value representation of two capitals or a short implicit length.
static bool begins_like_data_set(const uint8_t *bytes, size_t count) {
  if (count < 16) return false;
  unsigned group = bytes[0] | (unsigned)bytes[1] << 8;
  unsigned element = bytes[2] | (unsigned)bytes[3] << 8;
  if (bytes[0] == 0 && bytes[1] == 8) return bytes[2] == 0 && bytes[4] >= 'A' && bytes[5] >= 'A';  // big endian
  if ((group != 2 && group != 8) || element > 0x00FF) return false;
  bool is_explicit = bytes[4] >= 'A' && bytes[4] <= 'Z' && bytes[5] >= 'A' && bytes[5] <= 'Z';
  uint32_t length = bytes[4] | (uint32_t)bytes[5] << 8 | (uint32_t)bytes[6] << 16 | (uint32_t)bytes[7] << 24;
  return is_explicit || length <= 256;
}

imaging_format imaging_format_of(const void *data, size_t count) {
  const uint8_t *bytes = data;
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (bytes == NULL) return IMAGING_FORMAT_UNKNOWN;
  if (count >= 132 && memcmp(bytes + 128, "DICM", 4) == 0) return IMAGING_FORMAT_DICOM;
  if (count >= 8 && memcmp(bytes, png, 8) == 0) return IMAGING_FORMAT_PNG;
  if (count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF) return IMAGING_FORMAT_JPEG;
  return begins_like_data_set(bytes, count) ? IMAGING_FORMAT_DICOM : IMAGING_FORMAT_UNKNOWN;
}

imaging_status imaging_picture_open(
  const void *bytes, size_t count, uint64_t pixel_limit, imaging_picture *picture, char *error, size_t error_size) {
  memset(picture, 0, sizeof *picture);
  picture->orientation = 1;
  imaging_status status;
  switch (imaging_format_of(bytes, count)) {
    case IMAGING_FORMAT_PNG: status = imaging_png_open(bytes, count, picture, error, error_size); break;
    case IMAGING_FORMAT_JPEG: status = imaging_jpeg_open(bytes, count, picture, error, error_size); break;
    default:
      return imaging_fail(IMAGING_NOT_IMAGE, error, error_size, "is neither DICOM, PNG nor JPEG by its content");
  }
  if (status != IMAGING_OK) return status;
  uint64_t pixels = (uint64_t)picture->stored_width * picture->stored_height;
  if (pixels == 0) return imaging_fail(IMAGING_MALFORMED, error, error_size, "claims an empty picture");
  if (pixels > pixel_limit) {
    return imaging_fail(
      IMAGING_TOO_LARGE, error, error_size, "claims %u x %u pixels, more than the limit of %llu", picture->stored_width,
      picture->stored_height, (unsigned long long)pixel_limit);
  }
  bool turned = picture->orientation >= 5;
  picture->width = turned ? picture->stored_height : picture->stored_width;
  picture->height = turned ? picture->stored_width : picture->stored_height;
  return IMAGING_OK;
}

// EXIF 2.32, tag Orientation: where the displayed pixel (x, y) lies in the file.
static void orient(const imaging_picture *picture, const uint16_t *stored, uint16_t *displayed) {
  size_t stored_width = picture->stored_width, last_column = stored_width - 1;
  size_t last_row = (size_t)picture->stored_height - 1;
  for (size_t y = 0; y < picture->height; y++) {
    for (size_t x = 0; x < picture->width; x++) {
      size_t column = x, row = y;
      switch (picture->orientation) {
        case 2: column = last_column - x; break;
        case 3: column = last_column - x; row = last_row - y; break;
        case 4: row = last_row - y; break;
        case 5: column = y; row = x; break;
        case 6: column = y; row = last_row - x; break;
        case 7: column = last_column - y; row = last_row - x; break;
        case 8: column = last_column - y; row = x; break;
        default: break;
      }
      displayed[y * picture->width + x] = stored[row * stored_width + column];
    }
  }
}

imaging_status imaging_picture_decode(
  const void *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error, size_t error_size) {
  if (picture->format == IMAGING_FORMAT_PNG) {
    return imaging_png_decode(bytes, count, picture, samples, error, error_size);
  }
  if (picture->orientation == 1) return imaging_jpeg_decode(bytes, count, picture, samples, error, error_size);
  uint16_t *stored = malloc((size_t)picture->stored_width * picture->stored_height * sizeof *stored);
  if (stored == NULL) return imaging_fail(IMAGING_TOO_LARGE, error, error_size, "does not fit into memory");
  imaging_status status = imaging_jpeg_decode(bytes, count, picture, stored, error, error_size);
  if (status == IMAGING_OK) orient(picture, stored, samples);
  free(stored);
  return status;
}
