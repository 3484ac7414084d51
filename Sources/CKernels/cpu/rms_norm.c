/* Root-mean-square normalisation (Zhang & Sennrich 2019). */
#ifdef LB_LEVEL

static void LB_NAME(rms_forward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const rms_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t last = lb_minimum(call->rows, (piece + 1) * call->rows_of_piece);
  const bool past = lb_goes_past_cache(call->y, call->rows, columns);
  for (int64_t r = piece * call->rows_of_piece; r < last; r++) {
    const float *x = call->x + r * columns;
    float *y = call->y + r * columns;
    floats squares = {0};
    LB_EACH_VECTOR(0, columns, {
      const floats value = load_some(x + i, count);
      squares = multiply_add(value, value, squares);
    });
    const float scale = 1 / sqrtf(sum_lanes(squares) / (float)columns + call->epsilon);
    call->scale[r] = scale;
    LB_EACH_VECTOR(0, columns, {
      store_past(y + i, load_some(x + i, count) * scale * load_some(call->weight + i, count), count, past);
    });
  }
}

/* With s the scale of a row: dx = s (dy w - x s^2 mean(dy w x)), and the row adds dy x s to the gradient of w. */
LB_INLINE void LB_NAME(rms_backward_row)(const rms_norm *call, int64_t r, float *dweight, bool weight_wanted) {
  const int64_t columns = call->columns;
  const float *x = call->x + r * columns;
  const float *dy = call->dy + r * columns;
  const float scale = call->scale[r];
  floats dot = {0};
  LB_EACH_VECTOR(0, columns, {
    const floats value = load_some(x + i, count);
    const floats gradient = load_some(dy + i, count);
    dot = multiply_add(gradient * load_some(call->weight + i, count), value, dot);
    if (weight_wanted) {
      store_some(dweight + i, multiply_add(gradient, value * scale, load_some(dweight + i, count)), count);
    }
  });
  if (call->dx.data == NULL) {
    return;
  }
  float *dx = call->dx.data + r * columns;
  const bool accumulate = call->dx.accumulate;
  const bool past = !accumulate && lb_goes_past_cache(call->dx.data, call->rows, columns);
  const float pull = sum_lanes(dot) / (float)columns * scale * scale;
  LB_EACH_VECTOR(0, columns, {
    const floats scaled = load_some(dy + i, count) * load_some(call->weight + i, count);
    floats value = scale * multiply_add(load_some(x + i, count), broadcast(-pull), scaled);
    if (accumulate) {
      value += load_some(dx + i, count);
    }
    store_past(dx + i, value, count, past);
  });
}

static void LB_NAME(rms_backward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const rms_norm *call = context;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  if (call->partial == NULL) {
    for (int64_t r = first; r < last; r++) {
      LB_NAME(rms_backward_row)(call, r, NULL, false);
    }
    return;
  }
  float *dweight = call->partial + piece * call->columns;
  memset(dweight, 0, (size_t)call->columns * sizeof(float));
  for (int64_t r = first; r < last; r++) {
    LB_NAME(rms_backward_row)(call, r, dweight, true);
  }
}

#else
#include "cpu.h"

#include <math.h>

typedef struct {
  const float *x, *weight, *dy;
  float epsilon;
  int64_t rows, columns, rows_of_piece;
  float *y, *scale;
  lb_gradient dx;
  float *partial; /* [pieces, columns]: gradients of the weight, or NULL */
} rms_norm;

#define LB_LOOPS "rms_norm.c"
#include "levels.h"

lb_status lb_cpu_rms_norm_forward(lb_stream *stream, const float *x, const float *weight, float epsilon, int64_t rows,
                                  int64_t columns, float *y, float *scale) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows == 0 || columns > 0), "rms_norm_forward: no shape: [%lld, %lld]",
             (long long)rows, (long long)columns);
  LB_REQUIRE(device, rows == 0 || (x != NULL && weight != NULL && y != NULL && scale != NULL),
             "rms_norm_forward: no memory");
  rms_norm call = {.x = x, .weight = weight, .epsilon = epsilon, .rows = rows, .columns = columns, .y = y, .scale = scale};
  call.rows_of_piece = lb_rows_of_piece(columns);
  lb_parallel_for(device, lb_divide_up(rows, call.rows_of_piece), LB_BEST(device, rms_forward_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_rms_norm_backward(lb_stream *stream, const float *x, const float *weight, const float *scale,
                                   const float *dy, int64_t rows, int64_t columns, lb_gradient dx,
                                   lb_gradient dweight) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows == 0 || columns > 0),
             "rms_norm_backward: no shape: [%lld, %lld]", (long long)rows, (long long)columns);
  LB_REQUIRE(device, rows == 0 || (x != NULL && weight != NULL && scale != NULL && dy != NULL),
             "rms_norm_backward: no memory");
  const int64_t rows_of_piece = lb_rows_of_partial_sum(rows), pieces = lb_divide_up(rows, rows_of_piece);
  void *partial = NULL;
  if (dweight.data != NULL) {
    LB_TRY(lb_cpu_allocate(device, (size_t)(pieces * columns) * sizeof(float), &partial));
  }
  rms_norm call = {.x = x, .weight = weight, .dy = dy, .rows = rows, .columns = columns,
                   .rows_of_piece = rows_of_piece, .scale = (float *)scale, .dx = dx, .partial = partial};
  lb_parallel_for(device, pieces, LB_BEST(device, rms_backward_piece), &call);
  lb_add_partial_sums(device, partial, pieces, columns, columns, dweight);
  lb_cpu_release(device, partial);
  return LB_OK;
}
#endif
