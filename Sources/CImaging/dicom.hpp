// What the DICOM parts share: the object behind `imaging_dicom`, DCMTK's one-time set-up, and the wall that
// exceptions stop at.
#ifndef IMAGING_DICOM_HPP
#define IMAGING_DICOM_HPP

#include <dcmtk/config/osconfig.h>
// DCMTK's configuration header comes first.
#include <dcmtk/dcmdata/dctk.h>

#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "failure.h"

struct imaging_dicom {
  DcmFileFormat file;
  std::string syntax_uid, syntax_name;
  std::string assumed_set, replaced_set, replacement_set;
  bool guessed_text = false;
  // DCMTK loads and converts elements even when only asked for them.
  std::mutex mutex;

  // Lifts `const`: the lock, not the type, keeps readers apart.
  static imaging_dicom &of(const imaging_dicom *dicom) { return *const_cast<imaging_dicom *>(dicom); }
  DcmDataset &dataset() { return *file.getDataset(); }
};

namespace imaging {

// Registers the codecs and silences DCMTK's log, once; says whether the dictionary is there.
imaging_status prepare(char *error, size_t error_size);

// Sets the UID and name of the transfer syntax the file declares (or was found to have).
void name_syntax(imaging_dicom &dicom);

// A whole number, or `otherwise` when the attribute is absent or empty.
long integer(DcmItem &item, const DcmTagKey &key, long otherwise);

// Runs `body` and turns whatever is thrown into a status.
template <typename Body>
imaging_status guarded(char *error, size_t error_size, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return imaging_fail(IMAGING_TOO_LARGE, error, error_size, "does not fit into memory");
  } catch (const std::exception &exception) {
    return imaging_fail(IMAGING_MALFORMED, error, error_size, "cannot be read as DICOM (%s)", exception.what());
  } catch (...) {
    return imaging_fail(IMAGING_MALFORMED, error, error_size, "cannot be read as DICOM");
  }
}

}  // namespace imaging

#endif
