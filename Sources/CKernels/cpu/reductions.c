/* Sums over whole tensors, in float64. */
#ifdef LB_LEVEL

typedef double LB_NAME(doubles) __attribute__((vector_size(LB_LANES * 8)));

LB_INLINE double LB_NAME(sum_doubles)(const LB_NAME(doubles) *x) {
  double lanes[LB_LANES];
  __builtin_memcpy(lanes, x, sizeof lanes);
  for (int width = LB_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) {
      lanes[i] += lanes[i + width];
    }
  }
  return lanes[0];
}

static void LB_NAME(sum_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const summing *call = context;
  LB_NAME(doubles) total = {0};
  LB_EACH_VECTOR(lb_elements_start(piece), lb_elements_end(piece, call->n), {
    total += __builtin_convertvector(load_some(call->x + i, count), LB_NAME(doubles));
  });
  call->partial[piece] = LB_NAME(sum_doubles)(&total);
}

static void LB_NAME(sum_of_squares_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const summing *call = context;
  LB_NAME(doubles) total = {0};
  LB_EACH_VECTOR(lb_elements_start(piece), lb_elements_end(piece, call->n), {
    const LB_NAME(doubles) x = __builtin_convertvector(load_some(call->x + i, count), LB_NAME(doubles));
    total += x * x;
  });
  call->partial[piece] = LB_NAME(sum_doubles)(&total);
}

#else
#include "cpu.h"

typedef struct {
  const float *x;
  int64_t n;
  double *partial; /* of each piece */
} summing;

#define LB_LOOPS "reductions.c"
#include "levels.h"

/* Runs `work` over the pieces of x and adds their sums in order. */
static lb_status sum_pieces(lb_device *device, const float *x, int64_t n, lb_piece work, double *total) {
  const int64_t pieces = lb_element_pieces(n);
  void *partial;
  LB_TRY(lb_cpu_allocate(device, (size_t)pieces * sizeof(double), &partial));
  summing call = {x, n, partial};
  lb_parallel_for(device, pieces, work, &call);
  *total = 0;
  for (int64_t piece = 0; piece < pieces; piece++) {
    *total += call.partial[piece];
  }
  lb_cpu_release(device, partial);
  return LB_OK;
}

lb_status lb_cpu_sum(lb_stream *stream, const float *x, int64_t n, float *y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || x != NULL) && y != NULL, "sum: no memory for %lld elements",
             (long long)n);
  double total;
  LB_TRY(sum_pieces(device, x, n, LB_BEST(device, sum_piece), &total));
  *y = (float)total;
  return LB_OK;
}

lb_status lb_cpu_add_sum_of_squares(lb_stream *stream, const float *x, int64_t n, double *y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || x != NULL) && y != NULL,
             "add_sum_of_squares: no memory for %lld elements", (long long)n);
  double total;
  LB_TRY(sum_pieces(device, x, n, LB_BEST(device, sum_of_squares_piece), &total));
  *y += total;
  return LB_OK;
}
#endif
