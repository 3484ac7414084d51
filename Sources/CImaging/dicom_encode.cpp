// Writing a grey image object as a DICOM file (PS3.10).
#include "dicom.hpp"

#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <cstring>
#include <vector>

namespace {

E_TransferSyntax transfer_syntax(imaging_syntax syntax) {
  switch (syntax) {
    case IMAGING_IMPLICIT_LITTLE_ENDIAN: return EXS_LittleEndianImplicit;
    case IMAGING_RLE: return EXS_RLELossless;
    case IMAGING_JPEG_LOSSLESS: return EXS_JPEGProcess14SV1;
    case IMAGING_JPEG_LS_LOSSLESS: return EXS_JPEGLSLossless;
    default: return EXS_LittleEndianExplicit;
  }
}

OFCondition insert(DcmDataset &dataset, const imaging_attribute &attribute) {
  DcmItem *item = &dataset;
  if (attribute.sequence_group != 0) {
    const DcmTag sequence(attribute.sequence_group, attribute.sequence_element);
    const OFCondition condition = dataset.findOrCreateSequenceItem(sequence, item, 0);
    if (condition.bad()) return condition;
  }
  return item->putAndInsertString(DcmTag(attribute.group, attribute.element), attribute.text);
}

OFCondition insert_image(
  DcmDataset &dataset, const uint16_t *samples, uint32_t rows, uint32_t columns, uint32_t bits, bool is_monochrome1) {
  const auto put = [&](const DcmTagKey &key, uint32_t value) {
    return dataset.putAndInsertUint16(key, static_cast<Uint16>(value));
  };
  OFCondition condition = put(DCM_SamplesPerPixel, 1);
  if (condition.good()) {
    condition = dataset.putAndInsertString(
      DCM_PhotometricInterpretation, is_monochrome1 ? "MONOCHROME1" : "MONOCHROME2");
  }
  if (condition.good()) condition = put(DCM_Rows, rows);
  if (condition.good()) condition = put(DCM_Columns, columns);
  if (condition.good()) condition = put(DCM_BitsAllocated, bits > 8 ? 16 : 8);
  if (condition.good()) condition = put(DCM_BitsStored, bits);
  if (condition.good()) condition = put(DCM_HighBit, bits - 1);
  if (condition.good()) condition = put(DCM_PixelRepresentation, 0);
  if (condition.bad()) return condition;
  const size_t count = static_cast<size_t>(rows) * columns;
  if (bits > 8) return dataset.putAndInsertUint16Array(DCM_PixelData, samples, count);
  std::vector<Uint8> octets(count + count % 2);
  for (size_t index = 0; index < count; index++) octets[index] = static_cast<Uint8>(samples[index]);
  return dataset.putAndInsertUint8Array(DCM_PixelData, octets.data(), octets.size());
}

// A code stream of odd length is padded with whatever was in memory by the JPEG-LS encoder: PS3.5 A.4 wants zero, and the same
// image must give the same file.
OFCondition clear_padding(DcmDataset &dataset, E_TransferSyntax syntax) {
  DcmElement *element = nullptr;
  OFCondition condition = dataset.findAndGetElement(DCM_PixelData, element);
  auto *pixels = condition.good() ? dynamic_cast<DcmPixelData *>(element) : nullptr;
  DcmPixelSequence *sequence = nullptr;
  if (pixels == nullptr || pixels->getEncapsulatedRepresentation(syntax, nullptr, sequence).bad()) return condition;
  for (unsigned long number = 1; number < sequence->card(); number++) {
    DcmPixelItem *item = nullptr;
    Uint8 *bytes = nullptr;
    condition = sequence->getItem(item, number);
    if (condition.good()) condition = item->getUint8Array(bytes);
    if (condition.bad()) return condition;
    const Uint32 length = item->getLength();
    // The end of the image (EOI) stands before the last byte, not at it.
    if (length >= 3 && bytes[length - 3] == 0xFF && bytes[length - 2] == 0xD9) bytes[length - 1] = 0;
  }
  return condition;
}

// Writes piece by piece through a buffer of fixed size.
OFCondition serialize(DcmFileFormat &file, E_TransferSyntax syntax, std::vector<uint8_t> &bytes) {
  std::vector<uint8_t> block(1 << 20);
  DcmOutputBufferStream stream(block.data(), static_cast<offile_off_t>(block.size()));
  OFCondition condition = file.validateMetaInfo(syntax);
  if (condition.bad()) return condition;
  file.transferInit();
  do {
    condition = file.write(
      stream, syntax, EET_ExplicitLength, nullptr, EGL_recalcGL, EPD_withoutPadding, 0, 0, 0, EWM_fileformat);
    void *written = nullptr;
    offile_off_t count = 0;
    stream.flushBuffer(written, count);
    const auto *start = static_cast<const uint8_t *>(written);
    bytes.insert(bytes.end(), start, start + count);
  } while (condition == EC_StreamNotifyClient);
  file.transferEnd();
  return condition;
}

}  // namespace

imaging_status imaging_dicom_encode(
  const uint16_t *samples, uint32_t rows, uint32_t columns, uint32_t bits_stored, bool is_monochrome1,
  imaging_syntax syntax, const imaging_attribute *attributes, size_t attribute_count, uint8_t **output,
  size_t *output_size, char *error, size_t error_size) {
  *output = nullptr;
  *output_size = 0;
  return imaging::guarded(error, error_size, [&]() -> imaging_status {
    imaging_status status = imaging::prepare(error, error_size);
    if (status != IMAGING_OK) return status;
    if (rows < 1 || rows > 65535 || columns < 1 || columns > 65535 || bits_stored < 8 || bits_stored > 16) {
      return imaging_fail(
        IMAGING_UNSUPPORTED, error, error_size, "cannot be a DICOM image of %u rows, %u columns, %u bits", rows, columns,
        bits_stored);
    }
    for (size_t index = 0; index < static_cast<size_t>(rows) * columns; index++) {
      if (samples[index] >> bits_stored != 0) {
        return imaging_fail(
          IMAGING_MALFORMED, error, error_size, "has a sample of %u, which %u bits do not hold", samples[index],
          bits_stored);
      }
    }
    DcmFileFormat file;
    DcmDataset &dataset = *file.getDataset();
    OFCondition condition = dataset.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
    if (condition.good()) {
      condition = insert_image(dataset, samples, rows, columns, bits_stored, is_monochrome1);
    }
    for (size_t index = 0; index < attribute_count && condition.good(); index++) {
      condition = insert(dataset, attributes[index]);
      if (condition.bad()) {
        return imaging_fail(
          IMAGING_MALFORMED, error, error_size, "cannot hold the attribute (%04X,%04X) (%s)", attributes[index].group,
          attributes[index].element, condition.text());
      }
    }
    const bool is_named = dataset.tagExistsWithValue(DCM_SOPClassUID) && dataset.tagExistsWithValue(DCM_SOPInstanceUID);
    if (condition.good() && !is_named) {
      return imaging_fail(
        IMAGING_MALFORMED, error, error_size, "needs a SOP Class UID (0008,0016) and a SOP Instance UID (0008,0018)");
    }
    const E_TransferSyntax chosen = transfer_syntax(syntax);
    if (condition.good()) condition = dataset.chooseRepresentation(chosen, nullptr);
    if (condition.good() && !dataset.canWriteXfer(chosen)) condition = EC_CannotChangeRepresentation;
    std::vector<uint8_t> bytes;
    if (condition.good() && syntax == IMAGING_JPEG_LS_LOSSLESS) condition = clear_padding(dataset, chosen);
    if (condition.good()) condition = serialize(file, chosen, bytes);
    if (condition.bad()) {
      return imaging_fail(IMAGING_MALFORMED, error, error_size, "cannot be written as DICOM (%s)", condition.text());
    }
    *output = static_cast<uint8_t *>(malloc(bytes.size()));
    if (*output == nullptr) throw std::bad_alloc();
    memcpy(*output, bytes.data(), bytes.size());
    *output_size = bytes.size();
    return IMAGING_OK;
  });
}
