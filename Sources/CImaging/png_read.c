// PNG (ISO/IEC 15948) to grey, by libpng. Its errors longjmp; they end in the two functions below.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "raster.h"

typedef struct png_source {
  const uint8_t *bytes;
  size_t count, position;
  bool ended;  // read past the end
  char reason[160];
} png_source;

static void read_bytes(png_structp png, png_bytep output, size_t count) {
  png_source *source = png_get_io_ptr(png);
  if (count > source->count - source->position) {
    source->ended = true;
    png_error(png, "the file ends early");
  }
  memcpy(output, source->bytes + source->position, count);
  source->position += count;
}

static void on_error(png_structp png, png_const_charp message) {
  png_source *source = png_get_error_ptr(png);
  strncpy(source->reason, message, sizeof source->reason - 1);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static imaging_status fail(const png_source *source, char *error, size_t error_size) {
  if (source->ended) return imaging_fail(IMAGING_TRUNCATED, error, error_size, "is a PNG that ends early");
  return imaging_fail(
    IMAGING_MALFORMED, error, error_size, "is a damaged PNG (%s)",
    source->reason[0] != 0 ? source->reason : "out of memory");
}

static png_structp open_reader(png_source *source) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, on_error, on_warning);
  if (png == NULL) return NULL;
  // The limit on pixels is checked on the header; libpng's own limits would speak first and without the numbers.
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_chunk_malloc_max(png, 8u << 20);
  png_set_chunk_cache_max(png, 64);
  png_set_read_fn(png, source, read_bytes);
  return png;
}

imaging_status imaging_png_open(
  const uint8_t *bytes, size_t count, imaging_picture *picture, char *error, size_t error_size) {
  png_source source = {.bytes = bytes, .count = count};
  png_structp png = open_reader(&source);
  if (png == NULL) return fail(&source, error, error_size);
  png_infop info = png_create_info_struct(png);
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return fail(&source, error, error_size);
  }
  png_read_info(png, info);
  int color = png_get_color_type(png, info);
  picture->format = IMAGING_FORMAT_PNG;
  picture->stored_width = png_get_image_width(png, info);
  picture->stored_height = png_get_image_height(png, info);
  picture->bits = png_get_bit_depth(png, info);
  picture->channels = png_get_channels(png, info);
  picture->maximum = picture->bits == 16 ? 65535 : 255;
  picture->has_palette = color == PNG_COLOR_TYPE_PALETTE;
  picture->has_alpha = (color & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  picture->is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  png_destroy_read_struct(&png, &info, NULL);
  return IMAGING_OK;
}

// One row of 8- or 16-bit samples in native order (1 grey, 2 grey + alpha, 3 colour, 4 colour + alpha) to grey on
// black.
static void row_to_grey(
  const uint8_t *row, uint32_t width, unsigned channels, bool is_wide, uint32_t maximum, uint16_t *grey) {
  if (channels == 1 && !is_wide) {  // most radiographs: a loop that vectorises
    for (uint32_t x = 0; x < width; x++) grey[x] = row[x];
    return;
  }
  for (uint32_t x = 0; x < width; x++) {
    uint32_t value[4] = {0, 0, 0, 0};
    for (unsigned channel = 0; channel < channels; channel++) {
      size_t index = (size_t)x * channels + channel;
      if (is_wide) {
        uint16_t sample;
        memcpy(&sample, row + 2 * index, sizeof sample);
        value[channel] = sample;
      } else {
        value[channel] = row[index];
      }
    }
    uint64_t level = channels >= 3 ? imaging_luma(value[0], value[1], value[2]) : value[0];
    if (channels == 2 || channels == 4) level = (level * value[channels - 1] + maximum / 2) / maximum;
    grey[x] = (uint16_t)level;
  }
}

imaging_status imaging_png_decode(
  const uint8_t *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error,
  size_t error_size) {
  png_source source = {.bytes = bytes, .count = count};
  uint8_t *volatile rows = NULL;  // volatile: its value must survive the longjmp
  png_structp png = open_reader(&source);
  if (png == NULL) return fail(&source, error, error_size);
  png_infop info = png_create_info_struct(png);
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return fail(&source, error, error_size);
  }
  png_read_info(png, info);
  png_set_expand(png);
  png_set_swap(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  uint32_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (width != picture->stored_width || height != picture->stored_height) png_error(png, "its size changed");
  unsigned channels = png_get_channels(png, info);
  bool is_wide = png_get_bit_depth(png, info) == 16;
  size_t row_bytes = png_get_rowbytes(png, info);
  rows = malloc(passes > 1 ? row_bytes * height : row_bytes);
  if (rows == NULL) png_error(png, "out of memory");
  uint8_t *block = rows;
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) {
      uint8_t *row = passes > 1 ? block + row_bytes * y : block;
      png_read_row(png, row, NULL);
      if (pass == passes - 1) {
        row_to_grey(row, width, channels, is_wide, picture->maximum, samples + (size_t)y * width);
      }
    }
  }
  png_read_end(png, NULL);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return IMAGING_OK;
}
