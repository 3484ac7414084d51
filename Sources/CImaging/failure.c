#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

imaging_status imaging_fail(imaging_status status, char *error, size_t error_size, const char *format, ...) {
  if (error == NULL || error_size == 0) return status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error, error_size, format, arguments);
  va_end(arguments);
  for (char *character = error; *character != 0; character++) {
    if ((unsigned char)*character < ' ' || *character == 127) *character = ' ';
  }
  return status;
}

void imaging_free(void *memory) { free(memory); }
