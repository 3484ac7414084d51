// PCRE2 has one header for all code unit widths; text here is UTF-8.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
