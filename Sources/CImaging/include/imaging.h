// Pictures and DICOM objects for Swift: reading, decoding, writing, and the loops over pixels that must be fast.
//
// Nothing is thrown and nothing longjmps across this header. A function that can fail returns a status and, when it
// is not IMAGING_OK, writes one English sentence (UTF-8, NUL-terminated, cut to fit) into `error`, a buffer of
// `error_size` bytes of the caller's. Sentences never hold text of a patient. Every function may be called from any
// thread; one `imaging_dicom` may be shared by threads.
#ifndef IMAGING_H
#define IMAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum imaging_status {
  IMAGING_OK = 0,
  IMAGING_ABSENT,       // no such attribute, item or table
  IMAGING_NOT_IMAGE,    // neither DICOM, PNG nor JPEG, or without pixels
  IMAGING_TRUNCATED,    // the data end before what the header promises
  IMAGING_UNSUPPORTED,  // well-formed, but of a kind that cannot be decoded here
  IMAGING_MALFORMED,    // the data contradict themselves or the standard
  IMAGING_TOO_LARGE,    // more pixels than the limit
  IMAGING_UNAVAILABLE,  // this installation lacks something, such as DCMTK's dictionary
} imaging_status;

// What the first bytes of a file say it is.
typedef enum imaging_format {
  IMAGING_FORMAT_UNKNOWN = 0,
  IMAGING_FORMAT_DICOM,
  IMAGING_FORMAT_PNG,
  IMAGING_FORMAT_JPEG,
} imaging_format;

// A DICOM file without the 128-byte preamble is recognised by its first data element.
imaging_format imaging_format_of(const void *bytes, size_t count);

// ---- PNG and JPEG --------------------------------------------------------------------------------------------------

typedef struct imaging_picture {
  imaging_format format;
  uint32_t width, height;                // as displayed: after `orientation`
  uint32_t stored_width, stored_height;  // as in the file
  uint32_t bits;                         // a sample in the file: 1, 2, 4, 8 or 16
  uint32_t channels;                     // in the file: 1 grey or palette, 2 with alpha, 3 colour, 4 with alpha or CMYK
  uint32_t maximum;                      // the white of the decoded samples: 255, or 65535 for 16-bit files
  uint32_t orientation;                  // EXIF 1...8; 1 for PNG
  bool has_palette, has_alpha, is_interlaced;
} imaging_picture;

// Reads the header. More pixels than `pixel_limit` are refused before anything is allocated.
imaging_status imaging_picture_open(
  const void *bytes, size_t count, uint64_t pixel_limit, imaging_picture *picture, char *error, size_t error_size);

// Decodes to grey, `picture->width * picture->height` samples, row-major: colour becomes luma (ITU-R BT.601), alpha
// is laid on black, EXIF orientation is applied. A file that ends early is an error.
imaging_status imaging_picture_decode(
  const void *bytes, size_t count, const imaging_picture *picture, uint16_t *samples, char *error, size_t error_size);

// Encodes row-major samples: 1 channel of 8 or 16 bits (16-bit in native byte order), or 3 or 4 channels
// (red, green, blue, opacity) of 8 bits.
// `*png` is freed with imaging_free.
imaging_status imaging_png_encode(
  const void *samples, uint32_t width, uint32_t height, uint32_t channels, uint32_t bits, uint8_t **png, size_t *png_size,
  char *error, size_t error_size);

void imaging_free(void *memory);

// ---- DICOM ---------------------------------------------------------------------------------------------------------

typedef struct imaging_dicom imaging_dicom;

// Where texts do not follow (0008,0005). Names are DICOM defined terms, such as "GB18030" or "ISO_IR 192"; NULL for
// none.
typedef struct imaging_character_sets {
  const char *assumed;          // used where none is declared; by default UTF-8 where valid, then GB18030
  const char *replaced;         // a declared term known to be wrong ...
  const char *replacement;      // ... and what the bytes really are
} imaging_character_sets;

// Reads a whole DICOM file from memory; `bytes` need not outlive the call. `sets` may be NULL.
imaging_status imaging_dicom_open(
  const void *bytes, size_t count, const imaging_character_sets *sets, imaging_dicom **dicom, char *error,
  size_t error_size);

void imaging_dicom_close(imaging_dicom *dicom);

// The text of an attribute in UTF-8, values joined by backslashes, padding trimmed. `*length` gets its length in
// bytes; only what fits into `capacity` is written, always with a NUL. Group 0002 reads the file meta information.
imaging_status imaging_dicom_text(
  const imaging_dicom *dicom, uint16_t group, uint16_t element, char *text, size_t capacity, size_t *length);

// The same inside item number `item` of a sequence of the data set.
imaging_status imaging_dicom_item_text(
  const imaging_dicom *dicom, uint16_t sequence_group, uint16_t sequence_element, uint32_t item, uint16_t group,
  uint16_t element, char *text, size_t capacity, size_t *length);

// True when a sequence of the data set has an item.
bool imaging_dicom_has_item(const imaging_dicom *dicom, uint16_t group, uint16_t element);

// UID and name of the transfer syntax; they live as long as the object.
const char *imaging_dicom_syntax(const imaging_dicom *dicom);
const char *imaging_dicom_syntax_name(const imaging_dicom *dicom);

// True when a text attribute holds bytes that the character set in force could not explain and a guess was made.
bool imaging_dicom_guessed_text(const imaging_dicom *dicom);

typedef struct imaging_pixels {
  const char *transfer_syntax;       // UID, lives as long as the object
  const char *transfer_syntax_name;  // likewise
  uint32_t rows, columns, frames, samples;  // samples a pixel
  uint32_t bits_allocated, bits_stored, high_bit;
  bool is_signed;
  bool is_lossy;            // the syntax loses information
  uint32_t sample_bytes;    // of a decoded sample: 1, 2 or 4
  uint64_t frame_bytes;     // of a decoded frame: rows * columns * samples * sample_bytes
} imaging_pixels;

// The shape of the pixels. Their claimed size is checked against `pixel_limit` (a frame) and, when uncompressed,
// against the length of the data.
imaging_status imaging_dicom_pixels(
  const imaging_dicom *dicom, uint64_t pixel_limit, imaging_pixels *pixels, char *error, size_t error_size);

// Decodes frame number `frame` (from 0) to stored values in native byte order: rows, columns, samples; bits above
// those stored cleared or filled with the sign, no rescale, no colour conversion; 1-bit samples unpacked to bytes.
// `size` must be `pixels->frame_bytes`.
imaging_status imaging_dicom_frame(
  const imaging_dicom *dicom, const imaging_pixels *pixels, uint32_t frame, void *samples, size_t size, char *error,
  size_t error_size);

typedef enum imaging_table {
  IMAGING_MODALITY_LUT,  // (0028,3000)
  IMAGING_VOI_LUT,       // (0028,3010)
} imaging_table;

typedef struct imaging_table_shape {
  uint32_t entries;
  int32_t first;   // the value mapped to the first entry
  uint32_t bits;   // of an entry
} imaging_table_shape;

// A look-up table of the first item of its sequence (PS3.3 C.11.1, C.11.2). Call with `entries` NULL for the shape.
imaging_status imaging_dicom_table(
  const imaging_dicom *dicom, imaging_table table, imaging_table_shape *shape, uint16_t *entries, size_t capacity,
  char *error, size_t error_size);

typedef enum imaging_syntax {
  IMAGING_EXPLICIT_LITTLE_ENDIAN,
  IMAGING_IMPLICIT_LITTLE_ENDIAN,
  IMAGING_RLE,
  IMAGING_JPEG_LOSSLESS,     // process 14, selection value 1
  IMAGING_JPEG_LS_LOSSLESS,
} imaging_syntax;

typedef struct imaging_attribute {
  uint16_t group, element;
  const char *text;  // UTF-8, values joined by backslashes
  uint16_t sequence_group, sequence_element;  // 0,0, or the sequence whose first item holds the attribute
} imaging_attribute;

// Encodes a single-frame grey image object in the DICOM file format. `attributes` must hold SOPClassUID and
// SOPInstanceUID; the image pixel module (PS3.3 C.7.6.3) and the character set (ISO_IR 192) are filled in.
// `samples` has rows * columns values of `bits_stored` (8...16) bits; up to 8 bits are allocated as 8. `*file` is
// freed with imaging_free.
imaging_status imaging_dicom_encode(
  const uint16_t *samples, uint32_t rows, uint32_t columns, uint32_t bits_stored, bool is_monochrome1,
  imaging_syntax syntax, const imaging_attribute *attributes, size_t attribute_count, uint8_t **file, size_t *file_size,
  char *error, size_t error_size);

// ---- Loops over pixels ---------------------------------------------------------------------------------------------

// output[i] = table[samples[i]]; the table has 256 or 65536 entries.
void imaging_look_up_8(const uint8_t *samples, size_t count, const float *table, float *output);
void imaging_look_up_16(const uint16_t *samples, size_t count, const float *table, float *output);

// Adds to counts[value] for each sample; `counts` has 256 or 65536 entries.
void imaging_count_8(const uint8_t *samples, size_t count, uint64_t *counts);
void imaging_count_16(const uint16_t *samples, size_t count, uint64_t *counts);

typedef enum imaging_kernel {
  IMAGING_BILINEAR,  // triangle, support 1
  IMAGING_BICUBIC,   // Keys 1981 with a = -0.5, support 2
} imaging_kernel;

// Resizes a float image, antialiased: on reduction the kernel's support grows by the scale. Each output row lies
// `output_stride` floats after the one before. Returns false when memory ran out or a size is zero.
bool imaging_resize(
  const float *input, size_t width, size_t height, imaging_kernel kernel, float *output, size_t output_width,
  size_t output_height, size_t output_stride);

// Warps a float image bilinearly; the centre of output pixel (x, y) comes from the input at
// (m0 X + m1 Y + m2, m3 X + m4 Y + m5) with X = x + 0.5, Y = y + 0.5, pixel centres at halves; outside is `outside`.
void imaging_warp(
  const float *input, size_t width, size_t height, const double matrix[6], float outside, float *output,
  size_t output_width, size_t output_height);

// Changes intensities in place: v = clamp(v * gain + bias, 0, 1) ^ gamma, then noise of standard deviation `noise`
// whose value at pixel i depends only on `seed` and i, clamped again.
void imaging_tone(float *pixels, size_t count, float gain, float bias, float gamma, float noise, uint64_t seed);

// output[i] = input[i] * gain + bias
void imaging_scale(const float *input, size_t count, float gain, float bias, float *output);

#ifdef __cplusplus
}
#endif

#endif
