/* Fill, add, scale and multiply. */
#ifdef LB_LEVEL

static void LB_NAME(fill_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const elementwise *call = context;
  const floats value = broadcast(call->factor);
  const bool past = lb_goes_past_cache(call->y, 1, call->n);
  LB_EACH_VECTOR(lb_elements_start(piece), lb_elements_end(piece, call->n),
                 store_past(call->y + i, value, count, past););
}

static void LB_NAME(add_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const elementwise *call = context;
  const float *a = call->a, *b = call->b;
  const bool past = lb_goes_past_cache(call->y, 1, call->n);
  LB_EACH_VECTOR(lb_elements_start(piece), lb_elements_end(piece, call->n),
                 store_past(call->y + i, load_some(a + i, count) + load_some(b + i, count), count, past););
}

static void LB_NAME(scale_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const elementwise *call = context;
  const float *a = call->a;
  float *y = call->y;
  const floats factor = broadcast(call->factor);
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  if (call->accumulate) {
    LB_EACH_VECTOR(start, end,
                   store_some(y + i, multiply_add(factor, load_some(a + i, count), load_some(y + i, count)), count););
  } else {
    const bool past = lb_goes_past_cache(y, 1, call->n);
    LB_EACH_VECTOR(start, end, store_past(y + i, factor * load_some(a + i, count), count, past););
  }
}

static void LB_NAME(multiply_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const elementwise *call = context;
  const float *a = call->a, *b = call->b;
  float *y = call->y;
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  if (call->accumulate) {
    LB_EACH_VECTOR(start, end, {
      const floats product = multiply_add(load_some(a + i, count), load_some(b + i, count), load_some(y + i, count));
      store_some(y + i, product, count);
    });
  } else {
    const bool past = lb_goes_past_cache(y, 1, call->n);
    LB_EACH_VECTOR(start, end, store_past(y + i, load_some(a + i, count) * load_some(b + i, count), count, past););
  }
}

#else
#include "cpu.h"

typedef struct {
  const float *a, *b;
  float *y;
  int64_t n;
  float factor;
  bool accumulate;
} elementwise;

#define LB_LOOPS "elementwise.c"
#include "levels.h"

lb_status lb_cpu_fill(lb_stream *stream, float *y, int64_t n, float value) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (y != NULL || n == 0), "fill: no memory for %lld elements", (long long)n);
  elementwise call = {.y = y, .n = n, .factor = value};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, fill_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_add(lb_stream *stream, const float *a, const float *b, float *y, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (a != NULL && b != NULL && y != NULL)),
             "add: no memory for %lld elements", (long long)n);
  elementwise call = {.a = a, .b = b, .y = y, .n = n};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, add_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_scale(lb_stream *stream, const float *x, float scale, lb_gradient y, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || x != NULL), "scale: no memory for %lld elements", (long long)n);
  if (y.data == NULL) {
    return LB_OK;
  }
  elementwise call = {.a = x, .y = y.data, .n = n, .factor = scale, .accumulate = y.accumulate};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, scale_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_multiply(lb_stream *stream, const float *a, const float *b, lb_gradient y, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (a != NULL && b != NULL)), "multiply: no memory for %lld elements",
             (long long)n);
  if (y.data == NULL) {
    return LB_OK;
  }
  elementwise call = {.a = a, .b = b, .y = y.data, .n = n, .accumulate = y.accumulate};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, multiply_piece), &call);
  return LB_OK;
}
#endif
