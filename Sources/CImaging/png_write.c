// PNG writing, by libpng.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

typedef struct png_sink {
  uint8_t *bytes;
  size_t count, capacity;
} png_sink;

static void append(png_structp png, png_bytep bytes, size_t count) {
  png_sink *sink = png_get_io_ptr(png);
  if (count > sink->capacity - sink->count) {
    size_t capacity = sink->capacity * 2 + count + 4096;
    uint8_t *grown = realloc(sink->bytes, capacity);
    if (grown == NULL) png_error(png, "out of memory");
    sink->bytes = grown;
    sink->capacity = capacity;
  }
  memcpy(sink->bytes + sink->count, bytes, count);
  sink->count += count;
}

static void flush(png_structp png) { (void)png; }

static void on_error(png_structp png, png_const_charp message) {
  (void)message;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

imaging_status imaging_png_encode(
  const void *samples, uint32_t width, uint32_t height, uint32_t channels, uint32_t bits, uint8_t **file,
  size_t *file_size, char *error, size_t error_size) {
  *file = NULL;
  *file_size = 0;
  bool is_grey = channels == 1 && (bits == 8 || bits == 16);
  bool is_color = (channels == 3 || channels == 4) && bits == 8;
  if (width == 0 || height == 0 || width > 0x7FFFFFFF || height > 0x7FFFFFFF || !(is_grey || is_color)) {
    return imaging_fail(
      IMAGING_UNSUPPORTED, error, error_size, "cannot be a PNG of %u x %u pixels, %u channels, %u bits", width, height,
      channels, bits);
  }
  png_sink sink = {0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(sink.bytes);
    return imaging_fail(IMAGING_TOO_LARGE, error, error_size, "cannot be written as PNG: out of memory");
  }
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_write_fn(png, &sink, append, flush);
  png_set_compression_level(png, 6);
  png_set_IHDR(
    png, info, width, height, (int)bits,
    is_grey         ? PNG_COLOR_TYPE_GRAY
    : channels == 3 ? PNG_COLOR_TYPE_RGB
                    : PNG_COLOR_TYPE_RGB_ALPHA,
    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  if (bits == 16) png_set_swap(png);
  const uint8_t *row = samples;
  size_t row_bytes = (size_t)width * channels * bits / 8;
  for (uint32_t y = 0; y < height; y++, row += row_bytes) png_write_row(png, row);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *file = sink.bytes;
  *file_size = sink.count;
  return IMAGING_OK;
}
