/* Gated feed-forward: y = f(gate) * up. */
#ifdef LB_LEVEL
#include "functions.h"

#include "activation_functions.h"

static void LB_NAME(gated_forward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const gating *call = context;
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  const bool past = lb_goes_past_cache(call->y, 1, call->n);
  LB_FOR_KIND(call->kind, {
    LB_EACH_VECTOR(start, end, {
      const floats gate = activation(chosen, load_some(call->gate + i, count));
      store_past(call->y + i, gate * load_some(call->up + i, count), count, past);
    });
  })
}

LB_INLINE void LB_NAME(give)(lb_gradient gradient, int64_t i, floats value, int64_t count, bool past) {
  if (gradient.accumulate) {
    store_some(gradient.data + i, load_some(gradient.data + i, count) + value, count);
  } else {
    store_past(gradient.data + i, value, count, past);
  }
}

static void LB_NAME(gated_backward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const gating *call = context;
  const int64_t start = lb_elements_start(piece), end = lb_elements_end(piece, call->n);
  const lb_gradient dgate = call->dgate, dup = call->dup;
  const bool past_gate = lb_goes_past_cache(dgate.data, 1, call->n);
  const bool past_up = lb_goes_past_cache(dup.data, 1, call->n);
  LB_FOR_KIND(call->kind, {
    LB_EACH_VECTOR(start, end, {
      const floats gate = load_some(call->gate + i, count);
      const floats dy = load_some(call->dy + i, count);
      const floats up = load_some(call->up + i, count);
      if (dup.data != NULL) {
        LB_NAME(give)(dup, i, dy * activation(chosen, gate), count, past_up);
      }
      if (dgate.data != NULL) {
        LB_NAME(give)(dgate, i, dy * up * activation_slope(chosen, gate), count, past_gate);
      }
    });
  })
}

#else
#include "cpu.h"

typedef struct {
  lb_activation kind;
  const float *gate, *up, *dy;
  float *y;
  int64_t n;
  lb_gradient dgate, dup;
} gating;

#define LB_LOOPS "gated.c"
#include "levels.h"

lb_status lb_cpu_gated_forward(lb_stream *stream, lb_activation kind, const float *gate, const float *up, float *y,
                               int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_activation(kind), "gated_forward: no activation has number %d", (int)kind);
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (gate != NULL && up != NULL && y != NULL)),
             "gated_forward: no memory for %lld elements", (long long)n);
  gating call = {.kind = kind, .gate = gate, .up = up, .y = y, .n = n};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, gated_forward_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_gated_backward(lb_stream *stream, lb_activation kind, const float *gate, const float *up,
                                const float *dy, lb_gradient dgate, lb_gradient dup, int64_t n) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_activation(kind), "gated_backward: no activation has number %d", (int)kind);
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || (gate != NULL && up != NULL && dy != NULL)),
             "gated_backward: no memory for %lld elements", (long long)n);
  if (dgate.data == NULL && dup.data == NULL) {
    return LB_OK;
  }
  gating call = {.kind = kind, .gate = gate, .up = up, .dy = dy, .n = n, .dgate = dgate, .dup = dup};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, gated_backward_piece), &call);
  return LB_OK;
}
#endif
