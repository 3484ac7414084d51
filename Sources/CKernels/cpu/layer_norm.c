/* Layer normalisation (Ba, Kiros & Hinton 2016). */
#ifdef LB_LEVEL

static void LB_NAME(layer_forward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const layer_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t last = lb_minimum(call->rows, (piece + 1) * call->rows_of_piece);
  const bool past = lb_goes_past_cache(call->y, call->rows, columns);
  for (int64_t r = piece * call->rows_of_piece; r < last; r++) {
    const float *x = call->x + r * columns;
    float *y = call->y + r * columns;
    floats total = {0};
    LB_EACH_VECTOR(0, columns, total += load_some(x + i, count););
    const float mean = sum_lanes(total) / (float)columns;
    floats squares = {0};
    LB_EACH_VECTOR(0, columns, {
      const floats difference = keep_some(load_some(x + i, count) - mean, count, broadcast(0));
      squares = multiply_add(difference, difference, squares);
    });
    const float scale = 1 / sqrtf(sum_lanes(squares) / (float)columns + call->epsilon);
    call->mean[r] = mean;
    call->scale[r] = scale;
    LB_EACH_VECTOR(0, columns, {
      const floats normalised = (load_some(x + i, count) - mean) * scale;
      const floats weight = load_some(call->weight + i, count);
      store_past(y + i, multiply_add(normalised, weight, load_some(call->bias + i, count)), count, past);
    });
  }
}

/* With n the normalised row and g = dy w: dx = scale (g - mean(g) - n mean(g n)); the row adds dy n to the gradient of
 * the weight and dy to that of the bias. */
LB_INLINE void LB_NAME(layer_backward_row)(const layer_norm *call, int64_t r, float *dweight, bool weight_wanted) {
  const int64_t columns = call->columns;
  const float *x = call->x + r * columns;
  const float *dy = call->dy + r * columns;
  const float mean = call->mean[r], scale = call->scale[r];
  floats totals = {0}, dots = {0};
  LB_EACH_VECTOR(0, columns, {
    const floats gradient = load_some(dy + i, count);
    const floats normalised = (load_some(x + i, count) - mean) * scale;
    const floats scaled = gradient * load_some(call->weight + i, count);
    totals += scaled;
    dots = multiply_add(scaled, normalised, dots);
    if (weight_wanted) {
      float *dbias = dweight + columns;
      store_some(dweight + i, multiply_add(gradient, normalised, load_some(dweight + i, count)), count);
      store_some(dbias + i, gradient + load_some(dbias + i, count), count);
    }
  });
  if (call->dx.data == NULL) {
    return;
  }
  float *dx = call->dx.data + r * columns;
  const bool accumulate = call->dx.accumulate;
  const bool past = !accumulate && lb_goes_past_cache(call->dx.data, call->rows, columns);
  const float total = sum_lanes(totals) / (float)columns, dot = sum_lanes(dots) / (float)columns;
  LB_EACH_VECTOR(0, columns, {
    const floats scaled = load_some(dy + i, count) * load_some(call->weight + i, count);
    const floats normalised = (load_some(x + i, count) - mean) * scale;
    floats value = scale * multiply_add(normalised, broadcast(-dot), scaled - total);
    if (accumulate) {
      value += load_some(dx + i, count);
    }
    store_past(dx + i, value, count, past);
  });
}

static void LB_NAME(layer_backward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const layer_norm *call = context;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  if (call->partial == NULL) {
    for (int64_t r = first; r < last; r++) {
      LB_NAME(layer_backward_row)(call, r, NULL, false);
    }
    return;
  }
  float *dweight = call->partial + piece * 2 * call->columns;
  memset(dweight, 0, (size_t)(2 * call->columns) * sizeof(float));
  for (int64_t r = first; r < last; r++) {
    LB_NAME(layer_backward_row)(call, r, dweight, true);
  }
}

#else
#include "cpu.h"

#include <math.h>

typedef struct {
  const float *x, *weight, *bias, *dy;
  float epsilon;
  int64_t rows, columns, rows_of_piece;
  float *y, *mean, *scale;
  lb_gradient dx;
  float *partial; /* [pieces, 2, columns]: gradients of weight and bias, or NULL */
} layer_norm;

#define LB_LOOPS "layer_norm.c"
#include "levels.h"

lb_status lb_cpu_layer_norm_forward(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                    float epsilon, int64_t rows, int64_t columns, float *y, float *mean,
                                    float *scale) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows == 0 || columns > 0),
             "layer_norm_forward: no shape: [%lld, %lld]", (long long)rows, (long long)columns);
  LB_REQUIRE(device,
             rows == 0 || (x != NULL && weight != NULL && bias != NULL && y != NULL && mean != NULL && scale != NULL),
             "layer_norm_forward: no memory");
  layer_norm call = {.x = x, .weight = weight, .bias = bias, .epsilon = epsilon, .rows = rows, .columns = columns,
                     .rows_of_piece = lb_rows_of_piece(columns), .y = y, .mean = mean, .scale = scale};
  lb_parallel_for(device, lb_divide_up(rows, call.rows_of_piece), LB_BEST(device, layer_forward_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_layer_norm_backward(lb_stream *stream, const float *x, const float *weight, const float *mean,
                                     const float *scale, const float *dy, int64_t rows, int64_t columns,
                                     lb_gradient dx, lb_gradient dweight, lb_gradient dbias) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows == 0 || columns > 0),
             "layer_norm_backward: no shape: [%lld, %lld]", (long long)rows, (long long)columns);
  LB_REQUIRE(device, rows == 0 || (x != NULL && weight != NULL && mean != NULL && scale != NULL && dy != NULL),
             "layer_norm_backward: no memory");
  const int64_t rows_of_piece = lb_rows_of_partial_sum(rows), pieces = lb_divide_up(rows, rows_of_piece);
  void *partial = NULL;
  if (dweight.data != NULL || dbias.data != NULL) {
    LB_TRY(lb_cpu_allocate(device, (size_t)(2 * pieces * columns) * sizeof(float), &partial));
  }
  layer_norm call = {.x = x, .weight = weight, .dy = dy, .rows = rows, .columns = columns,
                     .rows_of_piece = rows_of_piece, .mean = (float *)mean, .scale = (float *)scale, .dx = dx,
                     .partial = partial};
  lb_parallel_for(device, pieces, LB_BEST(device, layer_backward_piece), &call);
  lb_add_partial_sums(device, call.partial, pieces, 2 * columns, columns, dweight);
  const float *bias_partial = call.partial == NULL ? NULL : call.partial + columns;
  lb_add_partial_sums(device, bias_partial, pieces, 2 * columns, columns, dbias);
  lb_cpu_release(device, partial);
  return LB_OK;
}
#endif
