/* Activation functions over whole tensors. */
#ifdef LB_LEVEL
#include "functions.h"

#include "activation_functions.h"

static void LB_NAME(activation_forward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const activating *call = context;
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  const bool past = lb_goes_past_cache(call->y, 1, call->n);
  LB_FOR_KIND(call->kind, {
    LB_EACH_VECTOR(start, end, {
      store_past(call->y + i, activation(chosen, load_some(call->x + i, count)), count, past);
    });
  })
}

static void LB_NAME(activation_backward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const activating *call = context;
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  const bool accumulate = call->accumulate;
  float *y = call->y;
  const bool past = !accumulate && lb_goes_past_cache(y, 1, call->n);
  LB_FOR_KIND(call->kind, {
    LB_EACH_VECTOR(start, end, {
      floats dx = load_some(call->dy + i, count) * activation_slope(chosen, load_some(call->x + i, count));
      if (accumulate) {
        dx += load_some(y + i, count);
      }
      store_past(y + i, dx, count, past);
    });
  })
}

#else
#include "cpu.h"

typedef struct {
  lb_activation kind;
  const float *x, *dy;
  float *y; /* or dx */
  int64_t n;
  bool accumulate;
} activating;

#define LB_LOOPS "activations.c"
#include "levels.h"

lb_status lb_cpu_activation_forward(lb_stream *stream, lb_activation kind, const float *x, float *y, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_activation(kind), "activation_forward: no activation has number %d", (int)kind);
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (x != NULL && y != NULL)),
             "activation_forward: no memory for %lld elements", (long long)n);
  activating call = {.kind = kind, .x = x, .y = y, .n = n};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, activation_forward_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_activation_backward(lb_stream *stream, lb_activation kind, const float *x, const float *dy,
                                     lb_gradient dx, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_activation(kind), "activation_backward: no activation has number %d", (int)kind);
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (x != NULL && dy != NULL)),
             "activation_backward: no memory for %lld elements", (long long)n);
  if (dx.data == NULL) {
    return LB_OK;
  }
  activating call = {.kind = kind, .x = x, .dy = dy, .y = dx.data, .n = n, .accumulate = dx.accumulate};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, activation_backward_piece), &call);
  return LB_OK;
}
#endif
