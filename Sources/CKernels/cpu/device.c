/* Opening the CPU as a device; streams; copies. */
#include "cpu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char *const instruction_names[] = {"portable", "avx2", "avx512"};

lb_status lb_fail(lb_device *device, lb_status status, const char *format, ...) {
  if (device != NULL) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(device->error, sizeof device->error, format, arguments);
    va_end(arguments);
  }
  return status;
}

bool lb_is_matrix(lb_matrix matrix) { return !lb_is_tiled(matrix.dtype) && lb_is_stored_matrix(matrix); }

bool lb_is_stored_matrix(lb_matrix matrix) {
  const bool tiled = lb_is_tiled(matrix.dtype);
  return (matrix.dtype == LB_FLOAT32 || matrix.dtype == LB_BFLOAT16 || tiled) && matrix.columns >= 0 &&
         matrix.stride >= matrix.columns && (!tiled || matrix.stride == matrix.columns) &&
         lb_is_size(matrix.rows, matrix.stride) && (matrix.data != NULL || matrix.rows == 0 || matrix.columns == 0);
}

/* The best instruction set that both the processor and the operating system have. */
static lb_instructions detect_instructions(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma")) {
    return LB_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return LB_AVX2;
  }
#endif
  return LB_PORTABLE;
}

/* Lowers `best` to what LIGHTBOX_INSTRUCTIONS asks for; a name that is unknown, or no lesser one, changes nothing. */
static lb_instructions choose_instructions(lb_instructions best) {
  const char *wish = getenv("LIGHTBOX_INSTRUCTIONS");
  for (int level = 0; wish != NULL && level < (int)best; level++) {
    if (strcmp(wish, instruction_names[level]) == 0) {
      return (lb_instructions)level;
    }
  }
  return best;
}

lb_status lb_cpu_open(int32_t index, int32_t threads, lb_device **device) {
  if (device == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  *device = NULL;
  if (index != 0 || threads < 0 || threads > 1024) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return LB_OUT_OF_MEMORY;
  }
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  opened->instructions = choose_instructions(detect_instructions());
  opened->threads = threads > 0 ? threads : (int32_t)lb_maximum(1, lb_minimum(cores, 1024));
  opened->scratch = calloc((size_t)opened->threads, sizeof *opened->scratch);
  lb_status status = opened->scratch == NULL ? LB_OUT_OF_MEMORY : lb_store_open(opened);
  if (status == LB_OK) {
    status = lb_pool_open(opened);
  }
  if (status != LB_OK) {
    lb_cpu_close(opened);
    return status;
  }
  *device = opened;
  return LB_OK;
}

void lb_cpu_close(lb_device *device) {
  if (device == NULL) {
    return;
  }
  lb_pool_close(device);
  lb_store_close(device);
  for (int32_t worker = 0; device->scratch != NULL && worker < device->threads; worker++) {
    free(device->scratch[worker].memory);
  }
  free(device->scratch);
  free(device);
}

/* The processor's own name for itself, without the padding. */
static void name_processor(char *name, size_t bytes) {
  snprintf(name, bytes, "processor");
#if defined(__x86_64__)
  unsigned int words[13] = {0};
  if (__get_cpuid(0x80000000u, &words[0], &words[1], &words[2], &words[3]) == 0 || words[0] < 0x80000004u) {
    return;
  }
  for (unsigned int leaf = 0; leaf < 3; leaf++) {
    unsigned int *part = &words[4 * leaf];
    __get_cpuid(0x80000002u + leaf, &part[0], &part[1], &part[2], &part[3]);
  }
  words[12] = 0;
  const char *text = (const char *)words;
  text += strspn(text, " ");
  size_t length = strlen(text);
  while (length > 0 && text[length - 1] == ' ') {
    length--;
  }
  if (length > 0) {
    snprintf(name, bytes, "%.*s", (int)length, text);
  }
#endif
}

lb_status lb_cpu_facts(lb_device *device, lb_device_facts *facts) {
  if (device == NULL || facts == NULL) {
    return lb_fail(device, LB_INVALID_ARGUMENT, "facts: no device or nowhere to put them");
  }
  memset(facts, 0, sizeof *facts);
  name_processor(facts->name, sizeof facts->name);
  snprintf(facts->instructions, sizeof facts->instructions, "%s", instruction_names[device->instructions]);
  lb_describe_products(device, facts->products, sizeof facts->products);
  facts->threads = device->threads;
  facts->memory_bytes = lb_memory_limit();
  return LB_OK;
}

const char *lb_cpu_last_error(lb_device *device) { return device == NULL ? "no device" : device->error; }

lb_status lb_cpu_stream_create(lb_device *device, lb_stream **stream) {
  LB_REQUIRE(device, device != NULL && stream != NULL, "stream_create: no device or nowhere to put the stream");
  *stream = malloc(sizeof **stream);
  if (*stream == NULL) {
    return lb_fail(device, LB_OUT_OF_MEMORY, "stream_create: out of memory");
  }
  (*stream)->device = device;
  return LB_OK;
}

void lb_cpu_stream_destroy(lb_stream *stream) { free(stream); }

lb_status lb_cpu_synchronize(lb_stream *stream) { return stream == NULL ? LB_INVALID_ARGUMENT : LB_OK; }

/* -- Copies ------------------------------------------------------------------------------------------------------- */

enum { bytes_of_piece = 1 << 20 };

typedef struct {
  char *destination;
  const char *source; /* NULL: zeros */
  size_t bytes;
} copying;

static void copy_piece(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const copying *call = context;
  const size_t start = (size_t)piece * bytes_of_piece;
  const size_t bytes = call->bytes - start < bytes_of_piece ? call->bytes - start : bytes_of_piece;
  if (call->source != NULL) {
    memmove(call->destination + start, call->source + start, bytes);
  } else {
    memset(call->destination + start, 0, bytes);
  }
}

lb_status lb_cpu_copy(lb_stream *stream, void *destination, const void *source, size_t bytes) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  LB_REQUIRE(stream->device, bytes == 0 || (destination != NULL && source != NULL), "copy: no memory");
  if (bytes == 0 || destination == source) {
    return LB_OK;
  }
  const char *from = source;
  const char *to = destination;
  if (from < to + bytes && to < from + bytes) { /* they overlap: the order of the pieces would matter */
    memmove(destination, source, bytes);
    return LB_OK;
  }
  copying call = {destination, source, bytes};
  lb_parallel_for(stream->device, (int64_t)((bytes - 1) / bytes_of_piece + 1), copy_piece, &call);
  return LB_OK;
}

lb_status lb_cpu_copy_to_device(lb_stream *stream, void *destination, const void *host, size_t bytes) {
  return lb_cpu_copy(stream, destination, host, bytes);
}

lb_status lb_cpu_copy_to_host(lb_stream *stream, void *host, const void *source, size_t bytes) {
  return lb_cpu_copy(stream, host, source, bytes);
}

lb_status lb_cpu_fill_zero(lb_stream *stream, void *destination, size_t bytes) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  LB_REQUIRE(stream->device, bytes == 0 || destination != NULL, "fill_zero: no memory");
  if (bytes > 0) {
    copying call = {destination, NULL, bytes};
    lb_parallel_for(stream->device, (int64_t)((bytes - 1) / bytes_of_piece + 1), copy_piece, &call);
  }
  return LB_OK;
}
