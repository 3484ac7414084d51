// JPEG (ITU-T T.81) to grey, by libjpeg. Its errors longjmp; they end in the two functions below.
#include <stdio.h>
// <jpeglib.h> needs <stdio.h> before it.
#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "raster.h"

typedef struct jpeg_trouble {
  struct jpeg_error_mgr base;  // first, so that libjpeg's pointer is ours
  jmp_buf jump;
  imaging_status status;
  char reason[JMSG_LENGTH_MAX];
} jpeg_trouble;

static void on_error(j_common_ptr codec) {
  jpeg_trouble *trouble = (jpeg_trouble *)codec->err;
  codec->err->format_message(codec, trouble->reason);
  int code = codec->err->msg_code;
  if (trouble->status == IMAGING_OK) {
    bool is_foreign = code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL
      || code == JERR_CONVERSION_NOTIMPL;
    trouble->status = is_foreign ? IMAGING_UNSUPPORTED : IMAGING_MALFORMED;
  }
  longjmp(trouble->jump, 1);
}

// libjpeg only warns of lost data and fills the rest with grey; a radiograph must not be guessed, so those warnings
// are errors.
static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
      ((jpeg_trouble *)codec->err)->status = IMAGING_TRUNCATED;
      on_error(codec);
      break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION: on_error(codec); break;
    default: break;
  }
}

static void on_output(j_common_ptr codec) { (void)codec; }

static struct jpeg_error_mgr *prepare(jpeg_trouble *trouble) {
  struct jpeg_error_mgr *base = jpeg_std_error(&trouble->base);
  base->error_exit = on_error;
  base->emit_message = on_message;
  base->output_message = on_output;
  return base;
}

static imaging_status fail(const jpeg_trouble *trouble, char *error, size_t error_size) {
  switch (trouble->status) {
    case IMAGING_TRUNCATED: return imaging_fail(IMAGING_TRUNCATED, error, error_size, "is a JPEG that ends early");
    case IMAGING_UNSUPPORTED:
      return imaging_fail(
        IMAGING_UNSUPPORTED, error, error_size, "is a JPEG of a kind that is not read (%s)", trouble->reason);
    default: return imaging_fail(IMAGING_MALFORMED, error, error_size, "is a damaged JPEG (%s)", trouble->reason);
  }
}

static uint32_t number(const uint8_t *bytes, unsigned count, bool is_little) {
  uint32_t value = 0;
  for (unsigned index = 0; index < count; index++) {
    value |= (uint32_t)bytes[index] << 8 * (is_little ? index : count - 1 - index);
  }
  return value;
}

// Tag 0x0112 of the first directory in the EXIF block (a TIFF file); 1 when absent or damaged.
static uint32_t exif_orientation(const uint8_t *exif, size_t count) {
  if (count < 14 || memcmp(exif, "Exif\0\0", 6) != 0) return 1;
  const uint8_t *tiff = exif + 6;
  size_t size = count - 6;
  bool is_little = memcmp(tiff, "II", 2) == 0;
  if (!is_little && memcmp(tiff, "MM", 2) != 0) return 1;
  uint64_t directory = number(tiff + 4, 4, is_little);
  if (directory + 2 > size) return 1;
  uint32_t entries = number(tiff + directory, 2, is_little);
  for (uint64_t entry = directory + 2; entries > 0 && entry + 12 <= size; entry += 12, entries--) {
    if (number(tiff + entry, 2, is_little) != 0x0112) continue;
    uint32_t orientation = number(tiff + entry + 8, 2, is_little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

imaging_status imaging_jpeg_open(
  const uint8_t *bytes, size_t count, imaging_picture *picture, char *error, size_t error_size) {
  struct jpeg_decompress_struct codec;
  jpeg_trouble trouble = {.status = IMAGING_OK};
  codec.err = prepare(&trouble);
  if (setjmp(trouble.jump)) {
    jpeg_destroy_decompress(&codec);
    return fail(&trouble, error, error_size);
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, count);
  jpeg_save_markers(&codec, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&codec, TRUE);
  picture->format = IMAGING_FORMAT_JPEG;
  picture->stored_width = codec.image_width;
  picture->stored_height = codec.image_height;
  picture->bits = (uint32_t)codec.data_precision;
  picture->channels = (uint32_t)codec.num_components;
  picture->maximum = 255;
  picture->orientation = 1;
  for (jpeg_saved_marker_ptr marker = codec.marker_list; marker != NULL; marker = marker->next) {
    uint32_t orientation = exif_orientation(marker->data, marker->data_length);
    if (orientation != 1) picture->orientation = orientation;
  }
  jpeg_destroy_decompress(&codec);
  return IMAGING_OK;
}

// Ink to luma. Adobe's files store the ink inverted.
static void inks_to_grey(const uint8_t *inks, uint32_t width, bool is_inverted, uint16_t *grey) {
  for (uint32_t x = 0; x < width; x++, inks += 4) {
    uint32_t light[4];
    for (int ink = 0; ink < 4; ink++) light[ink] = is_inverted ? inks[ink] : 255u - inks[ink];
    uint32_t color[3];
    for (int ink = 0; ink < 3; ink++) color[ink] = (light[ink] * light[3] + 127) / 255;
    grey[x] = imaging_luma(color[0], color[1], color[2]);
  }
}

imaging_status imaging_jpeg_decode(
  const uint8_t *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error,
  size_t error_size) {
  struct jpeg_decompress_struct codec;
  jpeg_trouble trouble = {.status = IMAGING_OK};
  uint8_t *volatile row = NULL;  // volatile: its value must survive the longjmp
  codec.err = prepare(&trouble);
  if (setjmp(trouble.jump)) {
    jpeg_destroy_decompress(&codec);
    free(row);
    return fail(&trouble, error, error_size);
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, count);
  jpeg_read_header(&codec, TRUE);
  bool is_ink = codec.num_components == 4;
  codec.out_color_space = is_ink ? JCS_CMYK : JCS_GRAYSCALE;
  codec.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&codec);
  uint32_t width = codec.output_width;
  bool changed = width != picture->stored_width || codec.output_height != picture->stored_height;
  if (!changed) row = malloc((size_t)width * (size_t)codec.output_components);
  if (row == NULL) {
    strcpy(trouble.reason, changed ? "its size changed" : "out of memory");
    longjmp(trouble.jump, 1);
  }
  while (codec.output_scanline < codec.output_height) {
    uint16_t *grey = samples + (size_t)codec.output_scanline * width;
    JSAMPROW rows[1] = {row};
    jpeg_read_scanlines(&codec, rows, 1);
    if (is_ink) {
      inks_to_grey(row, width, codec.saw_Adobe_marker, grey);
    } else {
      const uint8_t *levels = row;
      for (uint32_t x = 0; x < width; x++) grey[x] = levels[x];
    }
  }
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  free(row);
  return IMAGING_OK;
}
