// Compressed frames before they are handed to a decoder.
#ifndef IMAGING_CODESTREAM_HPP
#define IMAGING_CODESTREAM_HPP

#include <vector>

#include "dicom.hpp"

namespace imaging {

// The items [first, end) of the pixel sequence that hold a frame; item 0 is the offset table.
struct FrameItems {
  unsigned long first = 0, end = 0;
};

// Finds the items of frame number `frame`, and refuses a JPEG or JPEG-LS frame whose own header contradicts the
// rows, columns and samples of the data set.
imaging_status find_frame(
  imaging_dicom &dicom, DcmPixelData &data, const imaging_pixels &shape, uint32_t frame, FrameItems &found, char *error,
  size_t error_size);

// The bytes of a frame, its items joined.
std::vector<Uint8> frame_bytes(DcmPixelData &data, const FrameItems &found);

// Fills `single` with what a decoder needs of the data set and with one frame whose items are joined into one:
// DCMTK cannot go on where an item ends inside a marker segment. The pixels belong to `single`.
OFCondition join_frame(
  imaging_dicom &dicom, DcmPixelData &data, const FrameItems &found, DcmDataset &single, DcmPixelData *&pixels);

}  // namespace imaging

#endif
