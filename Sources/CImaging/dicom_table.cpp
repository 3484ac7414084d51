// Look-up tables: Modality LUT Sequence and VOI LUT Sequence (PS3.3 C.11.1, C.11.2).
#include "dicom.hpp"

#include <cstring>

imaging_status imaging_dicom_table(
  const imaging_dicom *shared, imaging_table table, imaging_table_shape *shape, uint16_t *entries, size_t capacity,
  char *error, size_t error_size) {
  memset(shape, 0, sizeof *shape);
  return imaging::guarded(error, error_size, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    const bool is_modality = table == IMAGING_MODALITY_LUT;
    const DcmTagKey sequence = is_modality ? DCM_ModalityLUTSequence : DCM_VOILUTSequence;
    const char *name = is_modality ? "Modality LUT (0028,3000)" : "VOI LUT (0028,3010)";
    DcmItem *item = nullptr;
    if (dicom.dataset().findAndGetSequenceItem(sequence, item).bad() || item == nullptr) return IMAGING_ABSENT;
    // An empty item, as some vendors write, is no table.
    if (!item->tagExists(DCM_LUTDescriptor) && !item->tagExists(DCM_LUTData)) return IMAGING_ABSENT;
    // The first value mapped may be signed (PS3.3 C.11.1.1); the other two are not.
    long values[3];
    for (unsigned long index = 0; index < 3; index++) {
      Uint16 plain = 0;
      Sint16 negative = 0;
      if (item->findAndGetUint16(DCM_LUTDescriptor, plain, index).good()) {
        values[index] = plain;
      } else if (item->findAndGetSint16(DCM_LUTDescriptor, negative, index).good()) {
        values[index] = index == 1 ? negative : static_cast<Uint16>(negative);
      } else {
        return imaging_fail(
          IMAGING_MALFORMED, error, error_size, "has a %s without a LUT Descriptor (0028,3002)", name);
      }
    }
    // Written as US although pixels are signed: the same bits, read as the pixels are.
    if (values[1] > 32767 && imaging::integer(dicom.dataset(), DCM_PixelRepresentation, 0) == 1) values[1] -= 65536;
    shape->entries = values[0] == 0 ? 65536 : static_cast<uint32_t>(values[0]);
    shape->first = static_cast<int32_t>(values[1]);
    shape->bits = static_cast<uint32_t>(values[2]);
    if (shape->bits < 8 || shape->bits > 16) {
      return imaging_fail(
        IMAGING_MALFORMED, error, error_size, "has a %s of %u bits; 8 to 16 are allowed", name, shape->bits);
    }
    DcmElement *data = nullptr;
    if (item->findAndGetElement(DCM_LUTData, data).bad() || data == nullptr) {
      return imaging_fail(IMAGING_MALFORMED, error, error_size, "has a %s without LUT Data (0028,3006)", name);
    }
    Uint16 *words = nullptr;
    Uint8 *octets = nullptr;
    if (data->getUint16Array(words).bad()) words = nullptr;
    if (words == nullptr && data->getUint8Array(octets).bad()) octets = nullptr;
    const uint64_t length = data->getLength(), needed = shape->entries;
    // 8-bit entries may be packed two to a word; words hold them in order on a little-endian host.
    const bool is_packed = octets != nullptr || (shape->bits == 8 && length < needed * 2);
    if ((words == nullptr && octets == nullptr) || length < needed * (is_packed ? 1 : 2)) {
      return imaging_fail(
        IMAGING_TRUNCATED, error, error_size, "has a %s of %u entries but LUT Data (0028,3006) of %llu bytes", name,
        shape->entries, static_cast<unsigned long long>(length));
    }
    if (entries == nullptr) return IMAGING_OK;
    const uint8_t *bytes = octets != nullptr ? octets : reinterpret_cast<const uint8_t *>(words);
    for (size_t index = 0; index < needed && index < capacity; index++) {
      entries[index] = is_packed ? bytes[index] : words[index];
    }
    return IMAGING_OK;
  });
}
