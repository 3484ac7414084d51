/* Inside the CPU device: what its files share. The interface itself is `kernels.h`.
 *
 * How a kernel is written
 * - `lb_cpu_<function>` checks its arguments before it touches memory (`LB_REQUIRE`), cuts its work into pieces that
 *   depend only on the shapes, and gives them to `lb_parallel_for`. Which worker takes which piece is a matter of
 *   timing, so a piece may write only its own outputs or its own partial sum; partial sums are then added in the order
 *   of the pieces.
 * - Loops over floats are written once and compiled for every instruction set: see `levels.h`.
 * - Scratch memory is reserved before the pieces start, so that a piece itself cannot fail.
 * - One thread at a time calls into a device, except `allocate` and `release`, which any thread may call.
 */
#ifndef LIGHTBOX_CPU_H
#define LIGHTBOX_CPU_H

#include "kernels.h"

#include <pthread.h>
#include <stdatomic.h>

/* -- Device and stream -------------------------------------------------------------------------------------------- */

typedef enum { LB_PORTABLE = 0, LB_AVX2 = 1, LB_AVX512 = 2 } lb_instructions;

typedef struct lb_pool lb_pool;
typedef struct lb_store lb_store;

struct lb_device {
  lb_instructions instructions;
  int32_t threads; /* workers, the calling thread among them */
  lb_pool *pool;
  lb_store *store;
  struct {
    void *memory;
    size_t bytes;
  } *scratch; /* [threads] */
  char error[256];
};

struct lb_stream {
  lb_device *device;
};

/* Records a failure for `last_error` and returns `status`. `device` may be NULL. */
lb_status lb_fail(lb_device *device, lb_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Leaves the function with LB_INVALID_ARGUMENT unless `condition` holds; the rest says what is wrong. */
#define LB_REQUIRE(device, condition, ...)                            \
  do {                                                                \
    if (!(condition)) {                                               \
      return lb_fail((device), LB_INVALID_ARGUMENT, __VA_ARGS__);     \
    }                                                                 \
  } while (0)

#define LB_REQUIRE_STREAM(stream)   \
  do {                              \
    if ((stream) == NULL) {         \
      return LB_INVALID_ARGUMENT;   \
    }                               \
  } while (0)

/* Leaves the function with the status of `call` unless it is LB_OK. */
#define LB_TRY(call)                  \
  do {                                \
    lb_status status_ = (call);       \
    if (status_ != LB_OK) {           \
      return status_;                 \
    }                                 \
  } while (0)

/* Whether a tensor of `rows` x `columns` floats can exist: no negative size, no overflow of the address space. */
static inline bool lb_is_size(int64_t rows, int64_t columns) {
  int64_t bytes;
  return rows >= 0 && columns >= 0 && !__builtin_mul_overflow(rows, columns, &bytes) &&
         !__builtin_mul_overflow(bytes, (int64_t)8, &bytes);
}

/* Whether `matrix` is well formed: row-major, a stride that holds its columns, and memory if not empty. */
bool lb_is_matrix(lb_matrix matrix);
/* The same of one that may lie in tiles. */
bool lb_is_stored_matrix(lb_matrix matrix);

static inline bool lb_is_activation(lb_activation kind) { return (int)kind >= LB_RELU && (int)kind <= LB_SIGMOID; }

static inline int64_t lb_minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t lb_maximum(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t lb_divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* -- Threads: pool.c ---------------------------------------------------------------------------------------------- */

/* Does piece `piece` of the work in `context`, on worker `worker` (0 <= worker < threads). */
typedef void (*lb_piece)(void *context, int64_t piece, int32_t worker);

/* Runs pieces 0 ... pieces - 1, each exactly once, on any of the workers, the caller among them; returns when all are
 * done. A single piece, and a call from inside a piece, run in the calling thread. */
void lb_parallel_for(lb_device *device, int64_t pieces, lb_piece work, void *context);

/* Pieces of a whole tensor of n elements: a multiple of every vector and of the 4 numbers of a Philox block. */
enum { lb_elements_of_piece = 16384 };
static inline int64_t lb_element_pieces(int64_t n) { return lb_divide_up(n, lb_elements_of_piece); }
static inline int64_t lb_elements_start(int64_t piece) { return piece * lb_elements_of_piece; }
static inline int64_t lb_elements_end(int64_t piece, int64_t n) {
  return lb_minimum(n, (piece + 1) * lb_elements_of_piece);
}

/* Rows of `columns` elements that make a piece of about the same size. */
static inline int64_t lb_rows_of_piece(int64_t columns) {
  return lb_maximum(1, lb_elements_of_piece / lb_maximum(1, columns));
}

/* Rows whose sum over columns makes one partial sum: at most 64 of them, whatever the number of threads. */
static inline int64_t lb_rows_of_partial_sum(int64_t rows) { return lb_maximum(16, lb_divide_up(rows, 64)); }
/* y[c] = the sum over parts of partial[part * stride + c], for `columns` columns: partial_sums.c. */
void lb_add_partial_sums(lb_device *device, const float *partial, int64_t parts, int64_t stride, int64_t columns,
                         lb_gradient y);

/* Whether an output is so large that its beginning would have left the cache before anyone reads it; then
 * `store_past` saves reading it first. Its vectors must be aligned. */
static inline bool lb_goes_past_cache(const float *y, int64_t rows, int64_t columns) {
  return rows * columns >= (8 << 20) && (rows == 1 || columns % 16 == 0) && ((uintptr_t)y & 63) == 0;
}

/* Makes the scratch memory of every worker at least `bytes` long, aligned to 64 bytes; contents undefined. */
lb_status lb_reserve_scratch(lb_device *device, size_t bytes);
static inline void *lb_scratch(const lb_device *device, int32_t worker) { return device->scratch[worker].memory; }

lb_status lb_pool_open(lb_device *device);
void lb_pool_close(lb_device *device);

/* -- Memory: memory.c --------------------------------------------------------------------------------------------- */

lb_status lb_store_open(lb_device *device);
void lb_store_close(lb_device *device);
/* Memory that this process may use, in bytes. */
uint64_t lb_memory_limit(void);

/* -- Products: matmul.c ------------------------------------------------------------------------------------------- */

/* What computes matrix products here, for `lb_device_facts.products`. */
void lb_describe_products(const lb_device *device, char *text, size_t bytes);

/* -- Tiles: tiles.c ----------------------------------------------------------------------------------------------- */

static inline bool lb_is_tiled(lb_dtype dtype) { return dtype == LB_BFLOAT16_TILES || dtype == LB_INT8_TILES; }
/* The scales of a matrix in tiles of int8. */
float *lb_tile_scales(lb_matrix matrix);
/* `copy_matrix` and `gather_rows` where one side lies in tiles; the arguments are checked. */
lb_status lb_copy_into_tiles(lb_device *device, lb_matrix source, lb_matrix tiles);
lb_status lb_copy_from_tiles(lb_device *device, lb_matrix tiles, lb_matrix destination);
lb_status lb_gather_tiles(lb_device *device, lb_matrix tiles, const int32_t *indices, int64_t n, float *y);

/* -- Instruction sets: levels.h ----------------------------------------------------------------------------------- */

/* The version of loop `name` for the device's instruction set. */
#if defined(__x86_64__)
#define LB_BEST(device, name)                               \
  ((device)->instructions == LB_AVX512 ? name##_avx512      \
   : (device)->instructions == LB_AVX2 ? name##_avx2        \
                                       : name##_portable)
#else
#define LB_BEST(device, name) ((void)(device), name##_portable)
#endif

/* -- The table: table.c ------------------------------------------------------------------------------------------- */

/* Every function of the interface; each is declared below as lb_cpu_<name> with the type it has in `lb_kernels`. */
#define LB_EACH_FUNCTION(X)                                                                                        \
  X(open) X(close) X(facts) X(last_error) X(allocate) X(release) X(stream_create) X(stream_destroy) X(synchronize) \
  X(copy_to_device) X(copy_to_host) X(copy) X(fill_zero)                                                           \
  X(fill) X(add) X(scale) X(multiply) X(activation_forward) X(activation_backward) X(gated_forward)                \
  X(gated_backward) X(dropout) X(random_normal) X(random_uniform)                                                  \
  X(copy_matrix) X(add_matrix) X(gather_rows) X(scatter_add_rows) X(add_row_vector) X(column_sums) X(row_dots)     \
  X(scale_rows) X(range_means) X(range_means_backward) X(sum) X(add_sum_of_squares)                                \
  X(matmul) X(grouped_matmul) X(convolution_forward) X(convolution_backward) X(patches_forward) X(patches_backward) \
  X(rms_norm_forward) X(rms_norm_backward) X(layer_norm_forward) X(layer_norm_backward) X(batch_norm_training)     \
  X(batch_norm_inference) X(batch_norm_backward)                                                                   \
  X(rotary) X(attention_forward) X(attention_backward) X(attention_weights)                                        \
  X(gated_residual_forward) X(gated_residual_backward) X(route_forward) X(route_backward)                          \
  X(linear_cross_entropy) X(cross_entropy) X(binary_cross_entropy) X(adamw)

#define LB_DECLARE(name) extern __typeof__(*((const lb_kernels *)0)->name) lb_cpu_##name;
LB_EACH_FUNCTION(LB_DECLARE)
#undef LB_DECLARE

#endif
