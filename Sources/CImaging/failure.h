// Writing a sentence of error into the caller's buffer.
#ifndef IMAGING_FAILURE_H
#define IMAGING_FAILURE_H

#include "imaging.h"

#ifdef __cplusplus
extern "C" {
#endif

// Formats the sentence, drops control characters, and returns `status`.
imaging_status imaging_fail(imaging_status status, char *error, size_t error_size, const char *format, ...)
  __attribute__((format(printf, 4, 5)));

#ifdef __cplusplus
}
#endif

#endif
