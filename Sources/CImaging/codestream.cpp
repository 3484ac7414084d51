#include "codestream.hpp"

#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <memory>

namespace imaging {
namespace {

// What a frame header of ITU-T T.81 (B.2.2) or T.87 (C.2.2) claims.
struct FrameHeader {
  unsigned rows = 0, columns = 0, samples = 0;
};

bool begins_codestream(const Uint8 *bytes, size_t count) {
  return count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

// Walks the marker segments up to the frame header; false when it is not among `bytes`.
bool find_header(const Uint8 *bytes, size_t count, FrameHeader &header) {
  if (!begins_codestream(bytes, count)) return false;
  size_t place = 2;
  while (place + 4 <= count && bytes[place] == 0xFF) {
    const unsigned marker = bytes[place + 1];
    if (marker == 0xFF) {  // a fill byte
      place++;
      continue;
    }
    const size_t length = static_cast<size_t>(bytes[place + 2]) << 8 | bytes[place + 3];
    const bool is_jpeg = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_jpeg || marker == 0xF7) {
      if (place + 10 > count) return false;
      header.rows = static_cast<unsigned>(bytes[place + 5]) << 8 | bytes[place + 6];
      header.columns = static_cast<unsigned>(bytes[place + 7]) << 8 | bytes[place + 8];
      header.samples = bytes[place + 9];
      return true;
    }
    if (marker == 0xDA || length < 2) return false;
    place += 2 + length;
  }
  return false;
}

// The bytes of an item of the pixel sequence; false when there are none.
bool item_bytes(DcmPixelSequence &items, unsigned long index, const Uint8 *&bytes, size_t &count) {
  DcmPixelItem *item = nullptr;
  Uint8 *octets = nullptr;
  if (items.getItem(item, index).bad() || item == nullptr || item->getUint8Array(octets).bad() || octets == nullptr) {
    return false;
  }
  bytes = octets;
  count = item->getLength();
  return true;
}

// The compressed representation as it stands in the file; null when the pixels are not compressed.
DcmPixelSequence *compressed_items(DcmPixelData &data, E_TransferSyntax &syntax) {
  DcmPixelSequence *items = nullptr;
  const DcmRepresentationParameter *parameter = nullptr;
  data.getOriginalRepresentationKey(syntax, parameter);
  return data.getEncapsulatedRepresentation(syntax, parameter, items).good() ? items : nullptr;
}

}  // namespace

imaging_status find_frame(
  imaging_dicom &dicom, DcmPixelData &data, const imaging_pixels &shape, uint32_t frame, FrameItems &found, char *error,
  size_t error_size) {
  E_TransferSyntax syntax = EXS_Unknown;
  DcmPixelSequence *items = compressed_items(data, syntax);
  if (items == nullptr) {
    return imaging_fail(
      IMAGING_MALFORMED, error, error_size, "declares the transfer syntax %s but its pixels are not compressed",
      dicom.syntax_name.c_str());
  }
  const unsigned long count = items->card();
  if (count < 2) return imaging_fail(IMAGING_TRUNCATED, error, error_size, "holds no compressed pixels (7FE0,0010)");
  const Uint8 *bytes = nullptr;
  size_t size = 0;
  if (count - 1 == shape.frames) {
    found = {frame + 1ul, frame + 2ul};
  } else if (shape.frames == 1) {
    found = {1, count};
  } else {
    // Several items a frame: a frame begins where a codestream does.
    uint32_t begun = 0;
    found = {count, count};
    for (unsigned long index = 1; index < count && found.end == count; index++) {
      if (!item_bytes(*items, index, bytes, size) || !begins_codestream(bytes, size)) continue;
      if (begun == frame) found.first = index;
      if (begun == frame + 1) found.end = index;
      begun++;
    }
    if (found.first == count) {
      return imaging_fail(
        IMAGING_TRUNCATED, error, error_size, "claims %u frames (0028,0008) but holds %u", shape.frames, begun);
    }
  }
  FrameHeader header;
  if (!item_bytes(*items, found.first, bytes, size) || !find_header(bytes, size, header)) return IMAGING_OK;
  if (header.rows == shape.rows && header.columns == shape.columns && header.samples == shape.samples) {
    return IMAGING_OK;
  }
  return imaging_fail(
    IMAGING_MALFORMED, error, error_size,
    "contradicts itself: %u rows (0028,0010), %u columns (0028,0011), %u samples (0028,0002), but its frame %u holds "
    "%u, %u, %u",
    shape.rows, shape.columns, shape.samples, frame + 1, header.rows, header.columns, header.samples);
}

std::vector<Uint8> frame_bytes(DcmPixelData &data, const FrameItems &found) {
  E_TransferSyntax syntax = EXS_Unknown;
  DcmPixelSequence *items = compressed_items(data, syntax);
  std::vector<Uint8> joined;
  for (unsigned long index = found.first; items != nullptr && index < found.end; index++) {
    const Uint8 *bytes = nullptr;
    size_t size = 0;
    if (item_bytes(*items, index, bytes, size)) joined.insert(joined.end(), bytes, bytes + size);
  }
  return joined;
}

OFCondition join_frame(
  imaging_dicom &dicom, DcmPixelData &data, const FrameItems &found, DcmDataset &single, DcmPixelData *&pixels) {
  E_TransferSyntax syntax = EXS_Unknown;
  if (compressed_items(data, syntax) == nullptr) return EC_CannotChangeRepresentation;
  std::vector<Uint8> joined = frame_bytes(data, found);
  joined.resize(joined.size() + joined.size() % 2);
  const DcmTagKey needed[] = {
    DCM_SOPClassUID, DCM_SamplesPerPixel, DCM_PhotometricInterpretation, DCM_PlanarConfiguration, DCM_Rows, DCM_Columns,
    DCM_BitsAllocated, DCM_BitsStored, DCM_HighBit, DCM_PixelRepresentation,
  };
  for (const DcmTagKey &key : needed) dicom.dataset().findAndInsertCopyOfElement(key, &single);
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  for (std::vector<Uint8> *content : {static_cast<std::vector<Uint8> *>(nullptr), &joined}) {
    auto item = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
    OFCondition condition = EC_Normal;
    if (content != nullptr) {
      condition = item->putUint8Array(content->data(), static_cast<unsigned long>(content->size()));
    }
    if (condition.good()) condition = sequence->insert(item.get());
    if (condition.bad()) return condition;
    item.release();
  }
  auto element = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
  element->putOriginalRepresentation(syntax, nullptr, sequence.release());
  const OFCondition condition = single.insert(element.get());
  if (condition.good()) pixels = element.release();
  return condition;
}

}  // namespace imaging
