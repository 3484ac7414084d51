// Attributes as UTF-8 text, whatever the character set (PS3.3 C.12.1.1.2, PS3.5 6.1).
#include "dicom.hpp"

#include <dcmtk/dcmdata/dcspchrs.h>
#include <iconv.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

bool is_ascii(const OFString &text) {
  for (char character : text) {
    if (static_cast<unsigned char>(character) >= 0x80 || character == 0x1B) return false;
  }
  return true;
}

// Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(const OFString &text) {
  const size_t count = text.length();
  for (size_t index = 0; index < count;) {
    const auto lead = static_cast<unsigned char>(text[index++]);
    if (lead < 0x80) continue;
    const size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || index + more > count) return false;
    unsigned long scalar = lead & (0x3Fu >> more);
    for (size_t step = 0; step < more; step++) {
      const auto next = static_cast<unsigned char>(text[index++]);
      if ((next & 0xC0) != 0x80) return false;
      scalar = scalar << 6 | (next & 0x3F);
    }
    static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
    if (scalar < least[more] || scalar > 0x10FFFF || (scalar >= 0xD800 && scalar <= 0xDFFF)) return false;
  }
  return true;
}

bool has_character_set(DcmEVR vr) {
  switch (vr) {
    case EVR_LO:
    case EVR_LT:
    case EVR_PN:
    case EVR_SH:
    case EVR_ST:
    case EVR_UC:
    case EVR_UT: return true;
    default: return false;
  }
}

bool has_text(DcmEVR vr) {
  switch (vr) {
    case EVR_AE:
    case EVR_AS:
    case EVR_CS:
    case EVR_DA:
    case EVR_DS:
    case EVR_DT:
    case EVR_IS:
    case EVR_TM:
    case EVR_UI:
    case EVR_UR: return true;
    default: return has_character_set(vr);
  }
}

bool is_bulk(DcmEVR vr) {
  switch (vr) {
    case EVR_OB:
    case EVR_OD:
    case EVR_OF:
    case EVR_OL:
    case EVR_OV:
    case EVR_OW:
    case EVR_PixelData:
    case EVR_UN: return true;
    default: return false;
  }
}

// Japanese by ISO 2022, which DCMTK does not know on this platform (PS3.3 C.12.1.1.2, ISO 2022 IR 87).
bool convert_japanese(const OFString &bytes, OFString &text) {
  const iconv_t converter = iconv_open("UTF-8", "ISO-2022-JP");
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  std::vector<char> output(bytes.length() * 4 + 1);
  char *from = const_cast<char *>(bytes.data()), *to = output.data();
  size_t left = bytes.length(), room = output.size();
  const bool converted = iconv(converter, &from, &left, &to, &room) != static_cast<size_t>(-1);
  iconv_close(converter);
  if (converted) text.assign(output.data(), static_cast<size_t>(to - output.data()));
  return converted;
}

bool convert(const OFString &set, const OFString &bytes, DcmEVR vr, OFString &text) {
  DcmSpecificCharacterSet converter;
  if (converter.selectCharacterSet(set).bad()) return false;
  const char *delimiters = vr == EVR_PN ? "\\^=" : vr == EVR_LT || vr == EVR_ST || vr == EVR_UT ? "" : "\\";
  return converter.convertString(bytes, text, delimiters).good() && is_utf8(text);
}

// The declared set; what the site says of it; UTF-8 where valid; GB18030; at last the ASCII part.
OFString to_utf8(imaging_dicom &dicom, const OFString &bytes, DcmEVR vr) {
  if (is_ascii(bytes)) return bytes;
  OFString declared, text;
  dicom.dataset().findAndGetOFStringArray(DCM_SpecificCharacterSet, declared);
  if (!declared.empty() && declared == dicom.replaced_set.c_str()) declared = dicom.replacement_set.c_str();
  if (declared.empty()) declared = dicom.assumed_set.c_str();
  if (!declared.empty() && convert(declared, bytes, vr, text)) return text;
  if (declared.find("ISO 2022 IR 87") != OFString_npos && convert_japanese(bytes, text)) return text;
  dicom.guessed_text = true;
  const bool has_escapes = bytes.find('\x1B') != OFString_npos;
  if (!has_escapes && is_utf8(bytes)) return bytes;
  if (!has_escapes && convert("GB18030", bytes, vr, text)) return text;
  text.clear();
  for (char character : bytes) text += character >= ' ' && character < 0x7F ? character : '?';
  return text;
}

// Drops the padding (spaces and NUL) around each value, and of a name the empty groups at its end (PS3.5 6.2.1).
std::string trimmed(const OFString &text, bool is_name) {
  std::string result;
  for (size_t start = 0; start <= text.length();) {
    size_t end = text.find('\\', start);
    if (end == OFString_npos) end = text.length();
    size_t first = start, last = end;
    while (first < last && text[first] == ' ') first++;
    const auto is_padding = [&](char character) {
      return character == ' ' || character == 0 || (is_name && character == '=');
    };
    while (last > first && is_padding(text[last - 1])) last--;
    if (start > 0) result += '\\';
    result.append(text.data() + first, last - first);
    start = end + 1;
  }
  return result;
}

imaging_status text_of(
  imaging_dicom &dicom, DcmItem *item, const DcmTagKey &key, char *text, size_t capacity, size_t *length) {
  DcmElement *element = nullptr;
  if (item == nullptr || item->findAndGetElement(key, element).bad() || element == nullptr) return IMAGING_ABSENT;
  DcmEVR vr = element->ident();
  OFString bytes;
  if (vr == EVR_UN && has_text(DcmTag(key).getEVR())) {
    // Written without its value representation; the dictionary knows it.
    vr = DcmTag(key).getEVR();
    Uint8 *octets = nullptr;
    if (element->getUint8Array(octets).bad() || octets == nullptr) return IMAGING_ABSENT;
    bytes.assign(reinterpret_cast<const char *>(octets), element->getLength());
  } else if (!element->isLeaf() || is_bulk(vr) || element->getOFStringArray(bytes, OFFalse).bad()) {
    return IMAGING_ABSENT;
  }
  const std::string value = trimmed(has_character_set(vr) ? to_utf8(dicom, bytes, vr) : bytes, vr == EVR_PN);
  *length = value.size();
  if (capacity > 0) {
    const size_t copied = std::min(value.size(), capacity - 1);
    memcpy(text, value.data(), copied);
    text[copied] = 0;
  }
  return IMAGING_OK;
}

}  // namespace

imaging_status imaging_dicom_text(
  const imaging_dicom *shared, uint16_t group, uint16_t element, char *text, size_t capacity, size_t *length) {
  *length = 0;
  return imaging::guarded(nullptr, 0, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    DcmItem *item = &dicom.dataset();
    if (group == 2) item = dicom.file.getMetaInfo();
    return text_of(dicom, item, DcmTagKey(group, element), text, capacity, length);
  });
}

imaging_status imaging_dicom_item_text(
  const imaging_dicom *shared, uint16_t sequence_group, uint16_t sequence_element, uint32_t number, uint16_t group,
  uint16_t element, char *text, size_t capacity, size_t *length) {
  *length = 0;
  return imaging::guarded(nullptr, 0, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    DcmItem *item = nullptr;
    const DcmTagKey sequence(sequence_group, sequence_element);
    if (dicom.dataset().findAndGetSequenceItem(sequence, item, static_cast<long>(number)).bad()) return IMAGING_ABSENT;
    return text_of(dicom, item, DcmTagKey(group, element), text, capacity, length);
  });
}

bool imaging_dicom_has_item(const imaging_dicom *shared, uint16_t group, uint16_t element) {
  const imaging_status status = imaging::guarded(nullptr, 0, [&]() -> imaging_status {
    imaging_dicom &dicom = imaging_dicom::of(shared);
    std::lock_guard<std::mutex> lock(dicom.mutex);
    DcmItem *item = nullptr;
    const OFCondition condition = dicom.dataset().findAndGetSequenceItem(DcmTagKey(group, element), item);
    return condition.good() && item != nullptr ? IMAGING_OK : IMAGING_ABSENT;
  });
  return status == IMAGING_OK;
}

const char *imaging_dicom_syntax(const imaging_dicom *dicom) { return dicom->syntax_uid.c_str(); }
const char *imaging_dicom_syntax_name(const imaging_dicom *dicom) { return dicom->syntax_name.c_str(); }

bool imaging_dicom_guessed_text(const imaging_dicom *shared) {
  imaging_dicom &dicom = imaging_dicom::of(shared);
  std::lock_guard<std::mutex> lock(dicom.mutex);
  return dicom.guessed_text;
}
