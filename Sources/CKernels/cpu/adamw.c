/* The AdamW step (Loshchilov & Hutter 2019). */
#ifdef LB_LEVEL

static void LB_NAME(adamw_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const adamw *call = context;
  float *parameter = call->parameter, *mean = call->mean, *square = call->square;
  const floats beta1 = broadcast(call->beta1), beta2 = broadcast(call->beta2);
  const floats rest1 = broadcast(call->rest1), rest2 = broadcast(call->rest2);
  const floats keep = broadcast(call->keep), size = broadcast(call->size);
  const floats correction = broadcast(call->correction), epsilon = broadcast(call->epsilon);
  const floats gradient_scale = broadcast(call->gradient_scale);
  LB_EACH_VECTOR(lb_elements_start(piece), lb_elements_end(piece, call->n), {
    const floats gradient = gradient_scale * load_some(call->gradient + i, count);
    const floats m = multiply_add(beta1, load_some(mean + i, count), rest1 * gradient);
    const floats v = multiply_add(beta2, load_some(square + i, count), rest2 * gradient * gradient);
    const floats step = size * m / multiply_add(square_root(v), correction, epsilon);
    store_some(mean + i, m, count);
    store_some(square + i, v, count);
    store_some(parameter + i, multiply_add(keep, load_some(parameter + i, count), -step), count);
  });
}

#else
#include "cpu.h"

#include <math.h>

typedef struct {
  float *parameter, *mean, *square;
  const float *gradient;
  int64_t n;
  float beta1, rest1, beta2, rest2; /* rest: 1 - beta */
  float keep;                       /* what decay leaves of a parameter */
  float size;                       /* rate / (1 - beta1^step) */
  float correction;                 /* 1 / sqrt(1 - beta2^step) */
  float epsilon, gradient_scale;
} adamw;

#define LB_LOOPS "adamw.c"
#include "levels.h"

lb_status lb_cpu_adamw(lb_stream *stream, float *parameter, const float *gradient, float *mean, float *square,
                       int64_t n, float rate, float beta1, float beta2, float epsilon, float decay, int64_t step,
                       float gradient_scale) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device,
             lb_is_size(n, 1) &&
                 (n == 0 || (parameter != NULL && gradient != NULL && mean != NULL && square != NULL)),
             "adamw: no memory for %lld elements", (long long)n);
  LB_REQUIRE(device, step >= 1, "adamw: steps count from 1, not %lld", (long long)step);
  LB_REQUIRE(device, beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "adamw: betas %g and %g are not in [0, 1)",
             (double)beta1, (double)beta2);
  adamw call = {
      .parameter = parameter,
      .mean = mean,
      .square = square,
      .gradient = gradient,
      .n = n,
      .beta1 = beta1,
      .rest1 = (float)(1 - (double)beta1),
      .beta2 = beta2,
      .rest2 = (float)(1 - (double)beta2),
      .keep = (float)(1 - (double)rate * decay),
      .size = (float)(rate / (1 - pow(beta1, (double)step))),
      .correction = (float)(1 / sqrt(1 - pow(beta2, (double)step))),
      .epsilon = epsilon,
      .gradient_scale = gradient_scale,
  };
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, adamw_piece), &call);
  return LB_OK;
}
#endif
