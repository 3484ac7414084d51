// Frames of DICOM images as stored values (PS3.3 C.7.6.3, PS3.5 8).
#include <cstring>
#include <type_traits>
#include <vector>

#include "codestream.hpp"
#include "pixel_data.hpp"
#include "rle.hpp"

namespace {

bool is_decodable(const std::string &uid) {
  const E_TransferSyntax syntax = DcmXfer(uid.c_str()).getXfer();
  switch (syntax) {
    case EXS_RLELossless:
    case EXS_JPEGLSLossless:
    case EXS_JPEGLSLossy: return true;
    default: return (syntax >= EXS_JPEGProcess1 && syntax <= EXS_JPEGProcess14SV1) || imaging::is_native(uid);
  }
}

// Only Bits Stored bits count; those above are cleared, or filled with the sign.
template <typename Sample>
void clear_unused_bits(Sample *samples, uint64_t count, unsigned unused) {
  for (uint64_t index = 0; index < count; index++) {
    const auto raised = static_cast<std::make_unsigned_t<Sample>>(
      static_cast<std::make_unsigned_t<Sample>>(samples[index]) << unused);
    samples[index] = static_cast<Sample>(static_cast<Sample>(raised) >> unused);
  }
}

void clear_unused_bits(const imaging_pixels &shape, void *samples) {
  const unsigned unused = shape.bits_allocated - shape.bits_stored;
  // Values that do not end at the lowest bit are left for who knows High Bit.
  if (unused == 0 || shape.bits_allocated == 1 || shape.high_bit + 1 != shape.bits_stored) return;
  const uint64_t count = shape.frame_bytes / shape.sample_bytes;
  const auto clear = [&](auto *typed) { clear_unused_bits(typed, count, unused); };
  switch (shape.sample_bytes) {
    case 1: shape.is_signed ? clear(static_cast<int8_t *>(samples)) : clear(static_cast<uint8_t *>(samples)); break;
    case 2: shape.is_signed ? clear(static_cast<int16_t *>(samples)) : clear(static_cast<uint16_t *>(samples)); break;
    default: shape.is_signed ? clear(static_cast<int32_t *>(samples)) : clear(static_cast<uint32_t *>(samples)); break;
  }
}

void unpack_bits(const uint8_t *bytes, uint64_t first_bit, uint64_t count, uint8_t *samples) {
  for (uint64_t index = 0; index < count; index++) {
    const uint64_t bit = first_bit + index;
    samples[index] = bytes[bit / 8] >> (bit % 8) & 1;
  }
}

// Y1 Y2 Cb Cr -> Y1 Cb Cr, Y2 Cb Cr
void spread_chroma(const uint8_t *bytes, uint64_t pixels, uint8_t *samples) {
  for (uint64_t pixel = 0; pixel < pixels; pixel++) {
    const uint8_t *pair = bytes + pixel / 2 * 4;
    samples[3 * pixel] = pair[pixel % 2];
    samples[3 * pixel + 1] = pair[2];
    samples[3 * pixel + 2] = pair[3];
  }
}

// One plane a sample (Planar Configuration 1) to the samples of a pixel together.
void interleave(const uint8_t *planes, uint64_t pixels, uint32_t samples, uint32_t size, uint8_t *output) {
  for (uint64_t pixel = 0; pixel < pixels; pixel++) {
    for (uint32_t sample = 0; sample < samples; sample++) {
      memcpy(output + (pixel * samples + sample) * size, planes + (sample * pixels + pixel) * size, size);
    }
  }
}

// DCMTK swaps big-endian words of 16 bits; those of 32 bits still have their halves the wrong way round.
void swap_halves(uint8_t *samples, uint64_t count) {
  for (uint64_t index = 0; index < count; index++, samples += 4) {
    std::swap(samples[0], samples[2]);
    std::swap(samples[1], samples[3]);
  }
}

bool is_planar(imaging_dicom &dicom, const imaging_pixels &shape) {
  return shape.samples > 1 && imaging::integer(dicom.dataset(), DCM_PlanarConfiguration, 0) == 1;
}

imaging_status native_frame(
  imaging_dicom &dicom, DcmPixelData &data, const imaging_pixels &shape, uint32_t frame, uint8_t *samples, char *error,
  size_t error_size) {
  const uint8_t *bytes = nullptr;
  uint64_t present = 0;
  imaging_status status = imaging::native_data(dicom, data, bytes, present, error, error_size);
  if (status != IMAGING_OK) return status;
  const uint64_t pixels = static_cast<uint64_t>(shape.rows) * shape.columns;
  if (present < imaging::native_bytes(dicom, shape)) {
    return imaging_fail(IMAGING_TRUNCATED, error, error_size, "holds fewer pixels (7FE0,0010) than it claims");
  }
  if (shape.bits_allocated == 1) {
    unpack_bits(bytes, frame * pixels * shape.samples, pixels * shape.samples, samples);
  } else if (imaging::has_shared_chroma(dicom, shape)) {
    spread_chroma(bytes + frame * pixels * 2, pixels, samples);
  } else {
    const uint8_t *start = bytes + frame * shape.frame_bytes;
    if (is_planar(dicom, shape)) {
      interleave(start, pixels, shape.samples, shape.sample_bytes, samples);
    } else {
      memcpy(samples, start, shape.frame_bytes);
    }
    if (shape.sample_bytes == 4 && dicom.syntax_uid == UID_BigEndianExplicitTransferSyntax) {
      swap_halves(samples, pixels * shape.samples);
    }
  }
  return IMAGING_OK;
}

imaging_status rle_frame(
  DcmPixelData &data, const imaging_pixels &shape, const imaging::FrameItems &items, uint32_t frame, uint8_t *samples,
  char *error, size_t error_size) {
  const std::vector<Uint8> bytes = imaging::frame_bytes(data, items);
  const uint64_t pixels = static_cast<uint64_t>(shape.rows) * shape.columns;
  const bool is_whole = shape.bits_allocated > 1
    && imaging::decode_rle(bytes.data(), bytes.size(), pixels, shape.samples, shape.sample_bytes, samples);
  if (is_whole) return IMAGING_OK;
  return imaging_fail(
    IMAGING_MALFORMED, error, error_size,
    "cannot be decoded from RLE Lossless: frame %u does not hold the pixels that its header claims", frame + 1);
}

imaging_status compressed_frame(
  imaging_dicom &dicom, DcmPixelData &data, const imaging_pixels &shape, uint32_t frame, uint8_t *samples, char *error,
  size_t error_size) {
  if (!is_decodable(dicom.syntax_uid)) {
    return imaging_fail(
      IMAGING_UNSUPPORTED, error, error_size, "is compressed in the unsupported transfer syntax %s (%s)",
      dicom.syntax_name.c_str(), dicom.syntax_uid.c_str());
  }
  imaging::FrameItems items;
  const imaging_status status = imaging::find_frame(dicom, data, shape, frame, items, error, error_size);
  if (status != IMAGING_OK) return status;
  if (dicom.syntax_uid == UID_RLELosslessTransferSyntax) {
    return rle_frame(data, shape, items, frame, samples, error, error_size);
  }
  // DCMTK wants an even size.
  std::vector<uint8_t> decoded(shape.frame_bytes + shape.frame_bytes % 2);
  OFString color;
  Uint32 item = static_cast<Uint32>(items.first);
  OFCondition condition = EC_Normal;
  const auto decode = [&](DcmItem &dataset, DcmPixelData &pixels, Uint32 number) {
    return pixels.getUncompressedFrame(
      &dataset, number, item, decoded.data(), static_cast<Uint32>(decoded.size()), color);
  };
  if (items.end - items.first == 1) {
    condition = decode(dicom.dataset(), data, frame);
  } else {
    DcmDataset single;
    DcmPixelData *joined = nullptr;
    item = 1;
    condition = imaging::join_frame(dicom, data, items, single, joined);
    if (condition.good()) condition = decode(single, *joined, 0);
  }
  if (condition.bad()) {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size, "cannot be decoded from %s (%s)", dicom.syntax_name.c_str(),
      condition.text());
  }
  memcpy(samples, decoded.data(), shape.frame_bytes);
  return IMAGING_OK;
}

}  // namespace

imaging_status imaging_dicom_frame(
  const imaging_dicom *shared, const imaging_pixels *shape, uint32_t frame, void *samples, size_t size, char *error,
  size_t error_size) {
  return imaging::guarded(error, error_size, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    if (frame >= shape->frames || size != shape->frame_bytes || size > 0xFFFFFFFEu) {
      return imaging_fail(
        IMAGING_MALFORMED, error, error_size, "has %u frames; number %u was asked for", shape->frames, frame + 1);
    }
    DcmPixelData *data = nullptr;
    imaging_status status = imaging::find_pixels(dicom, data, error, error_size);
    if (status != IMAGING_OK) return status;
    auto *output = static_cast<uint8_t *>(samples);
    status = imaging::is_native(dicom.syntax_uid)
      ? native_frame(dicom, *data, *shape, frame, output, error, error_size)
      : compressed_frame(dicom, *data, *shape, frame, output, error, error_size);
    if (status == IMAGING_OK) clear_unused_bits(*shape, samples);
    return status;
  });
}
