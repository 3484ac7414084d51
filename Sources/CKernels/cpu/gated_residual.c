/* The gated residual of cross-attention (Alayrac et al. 2022, "Flamingo"): y = x + g * branch where the mask is set. */
#ifdef LB_LEVEL

static void LB_NAME(add_scaled)(const float *x, const float *branch, float gate, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = x[i] + gate * branch[i];
  }
}

static void LB_NAME(set_scaled)(const float *dy, float gate, float *dbranch, int64_t n, bool accumulate) {
  if (accumulate) {
    for (int64_t i = 0; i < n; i++) {
      dbranch[i] += gate * dy[i];
    }
  } else {
    for (int64_t i = 0; i < n; i++) {
      dbranch[i] = gate * dy[i];
    }
  }
}

/* Sums of a * b in float64, a lane for each element of a row modulo LB_LANES. */
static double LB_NAME(dot)(const float *a, const float *b, int64_t n) {
  double lanes[LB_LANES] = {0}, sum = 0;
  int64_t i = 0;
  for (; i + LB_LANES <= n; i += LB_LANES) {
    for (int lane = 0; lane < LB_LANES; lane++) {
      lanes[lane] += (double)a[i + lane] * (double)b[i + lane];
    }
  }
  for (; i < n; i++) {
    lanes[i % LB_LANES] += (double)a[i] * (double)b[i];
  }
  for (int lane = 0; lane < LB_LANES; lane++) {
    sum += lanes[lane];
  }
  return sum;
}

#else
#include "cpu.h"

#include <math.h>
#include <string.h>

#define LB_LOOPS "gated_residual.c"
#include "levels.h"

enum { rows_of_piece = 16 };

typedef struct {
  lb_device *device;
  const float *x, *branch, *dy;
  float gate;
  const uint8_t *mask;
  int64_t rows, columns;
  float *y;
  bool accumulate;
  double *dots; /* of each piece; NULL: not wanted */
} residual;

static bool is_set(const residual *call, int64_t row) { return call->mask == NULL || call->mask[row] != 0; }

/* Where nothing is added the row is copied: x + 0 * branch would lose -0 and let a NaN of the branch in. */
static void forward_rows(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const residual *call = context;
  const int64_t end = lb_minimum(call->rows, (piece + 1) * rows_of_piece);
  for (int64_t row = piece * rows_of_piece; row < end; row++) {
    const int64_t at = row * call->columns;
    if (call->gate != 0 && is_set(call, row)) {
      LB_BEST(call->device, add_scaled)(call->x + at, call->branch + at, call->gate, call->y + at, call->columns);
    } else if (call->x != call->y) {
      memcpy(call->y + at, call->x + at, (size_t)call->columns * sizeof(float));
    }
  }
}

static void backward_rows(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const residual *call = context;
  const int64_t end = lb_minimum(call->rows, (piece + 1) * rows_of_piece);
  double dots = 0;
  for (int64_t row = piece * rows_of_piece; row < end; row++) {
    const int64_t at = row * call->columns;
    if (is_set(call, row)) {
      dots += call->dots != NULL ? LB_BEST(call->device, dot)(call->branch + at, call->dy + at, call->columns) : 0;
      if (call->y != NULL) {
        LB_BEST(call->device, set_scaled)(call->dy + at, call->gate, call->y + at, call->columns, call->accumulate);
      }
    } else if (call->y != NULL && !call->accumulate) {
      memset(call->y + at, 0, (size_t)call->columns * sizeof(float));
    }
  }
  if (call->dots != NULL) {
    call->dots[piece] = dots;
  }
}

lb_status lb_cpu_gated_residual_forward(lb_stream *stream, const float *x, const float *branch, const float *gate,
                                        bool squash, const uint8_t *mask, int64_t rows, int64_t columns, float *y) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  LB_REQUIRE(stream->device, lb_is_size(rows, columns), "gated_residual_forward: %lld rows of %lld", (long long)rows,
             (long long)columns);
  if (rows == 0 || columns == 0) {
    return LB_OK;
  }
  LB_REQUIRE(stream->device, x != NULL && branch != NULL && gate != NULL && y != NULL,
             "gated_residual_forward: no memory");
  residual call = {.device = stream->device, .x = x, .branch = branch, .mask = mask, .rows = rows,
                   .columns = columns, .y = y};
  call.gate = squash ? tanhf(gate[0]) : gate[0];
  lb_parallel_for(stream->device, lb_divide_up(rows, rows_of_piece), forward_rows, &call);
  return LB_OK;
}

lb_status lb_cpu_gated_residual_backward(lb_stream *stream, const float *branch, const float *gate, bool squash,
                                         const uint8_t *mask, const float *dy, int64_t rows, int64_t columns,
                                         lb_gradient dbranch, lb_gradient dgate) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns), "gated_residual_backward: %lld rows of %lld", (long long)rows,
             (long long)columns);
  const bool empty = rows == 0 || columns == 0;
  LB_REQUIRE(device, gate != NULL && (empty || (branch != NULL && dy != NULL)), "gated_residual_backward: no memory");
  const float value = squash ? tanhf(gate[0]) : gate[0];
  residual call = {.device = device, .branch = branch, .dy = dy, .gate = value, .mask = mask, .rows = empty ? 0 : rows,
                   .columns = columns, .y = dbranch.data, .accumulate = dbranch.accumulate};
  const int64_t pieces = lb_divide_up(call.rows, rows_of_piece);
  void *dots = NULL;
  if (dgate.data != NULL) {
    LB_TRY(lb_cpu_allocate(device, (size_t)(pieces + 1) * sizeof(double), &dots));
    call.dots = dots;
  }
  lb_parallel_for(device, pieces, backward_rows, &call);
  if (dgate.data != NULL) {
    double sum = 0;
    for (int64_t piece = 0; piece < pieces; piece++) {
      sum += call.dots[piece];
    }
    const double squashed = squash ? tanh((double)gate[0]) : 0;
    const float slope = (float)(sum * (1 - squashed * squashed));
    dgate.data[0] = dgate.accumulate ? dgate.data[0] + slope : slope;
    lb_cpu_release(device, dots);
  }
  return LB_OK;
}

#endif
