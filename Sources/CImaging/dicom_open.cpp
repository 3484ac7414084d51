// Opening DICOM files through DCMTK.
#include "dicom.hpp"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/oflog/oflog.h>

namespace imaging {

static void register_codecs() {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  // Stored values are wanted: no conversion of colour; samples of a pixel together.
  DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
  DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
  DJEncoderRegistration::registerCodecs(ECC_lossyRGB, EUC_never);
  DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFTrue, 0, OFTrue, EJLSUC_never);
  DcmRLEEncoderRegistration::registerCodecs();
}

imaging_status prepare(char *error, size_t error_size) {
  static std::once_flag once;
  std::call_once(once, register_codecs);
  if (dcmDataDict.isDictionaryLoaded()) return IMAGING_OK;
  return imaging_fail(
    IMAGING_UNAVAILABLE, error, error_size,
    "cannot be read because DCMTK's data dictionary is missing; install libdcmtk17, or set DCMDICTPATH to its "
    "dicom.dic");
}

long integer(DcmItem &item, const DcmTagKey &key, long otherwise) {
  Uint16 number = 0;
  if (item.findAndGetUint16(key, number).good()) return number;
  Sint32 longer = 0;
  return item.findAndGetSint32(key, longer).good() ? longer : otherwise;
}

void name_syntax(imaging_dicom &dicom) {
  OFString declared;
  DcmMetaInfo *meta = dicom.file.getMetaInfo();
  if (meta != nullptr) meta->findAndGetOFString(DCM_TransferSyntaxUID, declared);
  DcmXfer found(dicom.dataset().getOriginalXfer());
  dicom.syntax_uid = declared.empty() ? found.getXferID() : declared.c_str();
  // Syntaxes younger than DCMTK 3.6.7.
  static const struct {
    const char *uid, *name;
  } young[] = {
    {"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (Lossless Only)"},
    {"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL Options (Lossless Only)"},
    {"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"},
    {"1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"},
  };
  for (const auto &syntax : young) {
    if (dicom.syntax_uid == syntax.uid) dicom.syntax_name = syntax.name;
  }
  if (!dicom.syntax_name.empty()) return;
  DcmXfer named(dicom.syntax_uid.c_str());
  dicom.syntax_name = named.getXfer() == EXS_Unknown ? "unknown" : named.getXferName();
}

}  // namespace imaging

imaging_status imaging_dicom_open(
  const void *bytes, size_t count, const imaging_character_sets *sets, imaging_dicom **dicom, char *error,
  size_t error_size) {
  *dicom = nullptr;
  return imaging::guarded(error, error_size, [&]() -> imaging_status {
    imaging_status status = imaging::prepare(error, error_size);
    if (status != IMAGING_OK) return status;
    if (imaging_format_of(bytes, count) != IMAGING_FORMAT_DICOM) {
      return imaging_fail(IMAGING_NOT_IMAGE, error, error_size, "is not DICOM by its content");
    }
    auto opened = std::make_unique<imaging_dicom>();
    if (sets != nullptr) {
      if (sets->assumed != nullptr) opened->assumed_set = sets->assumed;
      if (sets->replaced != nullptr) opened->replaced_set = sets->replaced;
      if (sets->replacement != nullptr) opened->replacement_set = sets->replacement;
    }
    DcmInputBufferStream stream;
    stream.setBuffer(bytes, static_cast<offile_off_t>(count));
    stream.setEos();
    opened->file.transferInit();
    OFCondition condition = opened->file.read(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
    opened->file.transferEnd();
    if (condition == EC_StreamNotifyClient || condition == EC_InvalidStream || condition == EC_EndOfStream) {
      return imaging_fail(IMAGING_TRUNCATED, error, error_size, "is a DICOM file that ends early");
    }
    if (condition.bad()) {
      return imaging_fail(
        IMAGING_MALFORMED, error, error_size, "cannot be read as DICOM (%s)", condition.text());
    }
    imaging::name_syntax(*opened);
    *dicom = opened.release();
    return IMAGING_OK;
  });
}

void imaging_dicom_close(imaging_dicom *dicom) { delete dicom; }
