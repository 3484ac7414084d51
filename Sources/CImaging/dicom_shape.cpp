// The shape of the pixels of a DICOM image (PS3.3 C.7.6.3), checked before anything is allocated.
#include <cstring>

#include "pixel_data.hpp"

namespace imaging {

bool is_native(const std::string &uid) {
  return uid == UID_LittleEndianImplicitTransferSyntax || uid == UID_LittleEndianExplicitTransferSyntax
    || uid == UID_BigEndianExplicitTransferSyntax || uid == UID_DeflatedExplicitVRLittleEndianTransferSyntax;
}

imaging_status find_pixels(imaging_dicom &dicom, DcmPixelData *&pixels, char *error, size_t error_size) {
  DcmElement *element = nullptr;
  DcmDataset &dataset = dicom.dataset();
  if (dataset.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
    if (dataset.tagExists(DcmTagKey(0x7FE0, 0x0008)) || dataset.tagExists(DcmTagKey(0x7FE0, 0x0009))) {
      return imaging_fail(
        IMAGING_UNSUPPORTED, error, error_size, "holds floating-point pixels (7FE0,0008), which are not read");
    }
    return imaging_fail(IMAGING_NOT_IMAGE, error, error_size, "holds no pixels (7FE0,0010)");
  }
  pixels = dynamic_cast<DcmPixelData *>(element);
  if (pixels == nullptr) {
    return imaging_fail(IMAGING_MALFORMED, error, error_size, "holds pixels (7FE0,0010) of no known encoding");
  }
  return IMAGING_OK;
}

bool has_shared_chroma(imaging_dicom &dicom, const imaging_pixels &shape) {
  OFString photometric;
  dicom.dataset().findAndGetOFString(DCM_PhotometricInterpretation, photometric);
  return photometric == "YBR_FULL_422" && shape.samples == 3 && shape.bits_allocated == 8
    && is_native(dicom.syntax_uid);
}

uint64_t native_bytes(imaging_dicom &dicom, const imaging_pixels &shape) {
  const uint64_t pixels = static_cast<uint64_t>(shape.rows) * shape.columns * shape.frames;
  const uint64_t samples = pixels * (has_shared_chroma(dicom, shape) ? 2 : shape.samples);
  return (samples * shape.bits_allocated + 7) / 8;
}

imaging_status native_data(
  imaging_dicom &dicom, DcmPixelData &pixels, const uint8_t *&bytes, uint64_t &count, char *error, size_t error_size) {
  Uint8 *octets = nullptr;
  Uint16 *words = nullptr;
  OFCondition condition = pixels.getUint8Array(octets);
  if (condition.good() && octets != nullptr) {
    bytes = octets;
  } else if (pixels.getUint16Array(words).good() && words != nullptr) {
    bytes = reinterpret_cast<const uint8_t *>(words);
  } else {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size, "declares the uncompressed syntax %s but its pixels are not",
      dicom.syntax_uid.c_str());
  }
  count = pixels.getLength();
  return IMAGING_OK;
}

}  // namespace imaging

namespace {

bool is_lossy(const std::string &uid) {
  static const char *const uids[] = {
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55",
    "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203",
  };
  for (const char *lossy : uids) {
    if (uid == lossy) return true;
  }
  return false;
}

imaging_status frame_count(imaging_dicom &dicom, uint32_t &frames, char *error, size_t error_size) {
  OFString text;
  frames = 1;
  if (dicom.dataset().findAndGetOFString(DCM_NumberOfFrames, text).bad() || text.empty()) return IMAGING_OK;
  char *end = nullptr;
  const long number = strtol(text.c_str(), &end, 10);
  while (*end == ' ') end++;
  if (*end != 0 || number < 1 || number > 1000000) {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size, "has a Number of Frames (0028,0008) that is no count of frames");
  }
  frames = static_cast<uint32_t>(number);
  return IMAGING_OK;
}

imaging_status check(imaging_dicom &dicom, uint64_t limit, const imaging_pixels &shape, char *error, size_t error_size) {
  const uint64_t pixels = static_cast<uint64_t>(shape.rows) * shape.columns;
  if (pixels == 0) {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size, "claims no pixels: Rows (0028,0010) or Columns (0028,0011) is 0 or absent");
  }
  if (pixels > limit) {
    return imaging_fail(
      IMAGING_TOO_LARGE, error, error_size, "claims %u x %u pixels, more than the limit of %llu", shape.columns,
      shape.rows, static_cast<unsigned long long>(limit));
  }
  if (shape.samples < 1 || shape.samples > 4) {
    return imaging_fail(
      IMAGING_UNSUPPORTED, error, error_size, "has %u Samples per Pixel (0028,0002); 1 to 4 are read", shape.samples);
  }
  const uint32_t allocated = shape.bits_allocated;
  if (allocated != 1 && allocated != 8 && allocated != 16 && allocated != 32) {
    return imaging_fail(
      IMAGING_UNSUPPORTED, error, error_size, "has %u Bits Allocated (0028,0100); 1, 8, 16 and 32 are read", allocated);
  }
  if (shape.bits_stored < 1 || shape.bits_stored > allocated || shape.high_bit >= allocated
      || shape.high_bit + 1 < shape.bits_stored) {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size,
      "contradicts itself: Bits Allocated (0028,0100) %u, Bits Stored (0028,0101) %u, High Bit (0028,0102) %u", allocated,
      shape.bits_stored, shape.high_bit);
  }
  if (!imaging::is_native(dicom.syntax_uid)) return IMAGING_OK;
  DcmPixelData *data = nullptr;
  imaging_status status = imaging::find_pixels(dicom, data, error, error_size);
  if (status != IMAGING_OK) return status;
  const uint8_t *bytes = nullptr;
  uint64_t present = 0;
  status = imaging::native_data(dicom, *data, bytes, present, error, error_size);
  if (status != IMAGING_OK) return status;
  const uint64_t claimed = imaging::native_bytes(dicom, shape);
  if (present >= claimed) return IMAGING_OK;
  return imaging_fail(
    IMAGING_TRUNCATED, error, error_size, "claims %llu bytes of pixels (7FE0,0010) but holds %llu",
    static_cast<unsigned long long>(claimed), static_cast<unsigned long long>(present));
}

}  // namespace

imaging_status imaging_dicom_pixels(
  const imaging_dicom *shared, uint64_t pixel_limit, imaging_pixels *shape, char *error, size_t error_size) {
  memset(shape, 0, sizeof *shape);
  return imaging::guarded(error, error_size, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    DcmDataset &dataset = dicom.dataset();
    shape->transfer_syntax = dicom.syntax_uid.c_str();
    shape->transfer_syntax_name = dicom.syntax_name.c_str();
    DcmPixelData *data = nullptr;
    imaging_status status = imaging::find_pixels(dicom, data, error, error_size);
    if (status == IMAGING_OK) status = frame_count(dicom, shape->frames, error, error_size);
    if (status != IMAGING_OK) return status;
    const auto number = [&](const DcmTagKey &key, long otherwise) {
      const long value = imaging::integer(dataset, key, otherwise);
      return static_cast<uint32_t>(value < 0 ? 0 : value);
    };
    shape->rows = number(DCM_Rows, 0);
    shape->columns = number(DCM_Columns, 0);
    shape->samples = number(DCM_SamplesPerPixel, 1);
    shape->bits_allocated = number(DCM_BitsAllocated, 0);
    shape->bits_stored = number(DCM_BitsStored, shape->bits_allocated);
    shape->high_bit = number(DCM_HighBit, static_cast<long>(shape->bits_stored) - 1);
    shape->is_signed = imaging::integer(dataset, DCM_PixelRepresentation, 0) == 1;
    shape->is_lossy = is_lossy(dicom.syntax_uid);
    shape->sample_bytes = shape->bits_allocated <= 8 ? 1 : shape->bits_allocated / 8;
    shape->frame_bytes = static_cast<uint64_t>(shape->rows) * shape->columns * shape->samples * shape->sample_bytes;
    return check(dicom, pixel_limit, *shape, error, error_size);
  });
}
