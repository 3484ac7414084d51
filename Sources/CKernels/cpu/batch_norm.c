/* Batch normalisation over rows (Ioffe & Szegedy 2015), as PyTorch computes it.
 *
 * The statistics take one pass over memory: each piece of rows, small enough for the cache, is read twice for its exact
 * mean and sum of squared differences, and the pieces are merged in order (Chan, Golub & LeVeque 1983). */
#ifdef LB_LEVEL

/* partial[piece] = [mean, differences, squares] of the columns of a piece: its mean, rounded, and the sums of what the
 * values differ from it and of that squared, which also tell how the mean was rounded. */
static void LB_NAME(statistics_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const batch_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  float *means = call->partial + piece * 3 * columns, *differences = means + columns, *squares = differences + columns;
  memset(means, 0, (size_t)(3 * columns) * sizeof(float));
  for (int64_t r = first; r < last; r++) {
    const float *x = call->x + r * columns;
    LB_EACH_VECTOR(0, columns, store_some(means + i, load_some(means + i, count) + load_some(x + i, count), count););
  }
  const floats rows = broadcast((float)(last - first));
  LB_EACH_VECTOR(0, columns, store_some(means + i, load_some(means + i, count) / rows, count););
  for (int64_t r = first; r < last; r++) {
    const float *x = call->x + r * columns;
    LB_EACH_VECTOR(0, columns, {
      const floats difference = load_some(x + i, count) - load_some(means + i, count);
      store_some(differences + i, load_some(differences + i, count) + difference, count);
      store_some(squares + i, multiply_add(difference, difference, load_some(squares + i, count)), count);
    });
  }
}

static void LB_NAME(normalise_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const batch_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  for (int64_t r = first; r < last; r++) {
    const float *x = call->x + r * columns;
    float *y = call->y + r * columns;
    LB_EACH_VECTOR(0, columns, {
      const floats centred = load_some(x + i, count) - load_some(call->mean + i, count);
      const floats factor = load_some(call->scale + i, count) * load_some(call->weight + i, count);
      store_some(y + i, multiply_add(centred, factor, load_some(call->bias + i, count)), count);
    });
  }
}

/* Sums of dy and of dy times the normalised value, over the rows of a piece. */
static void LB_NAME(gradient_sums_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const batch_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  float *sums = call->partial + piece * 2 * columns, *dots = sums + columns;
  memset(sums, 0, (size_t)(2 * columns) * sizeof(float));
  for (int64_t r = first; r < last; r++) {
    const float *x = call->x + r * columns;
    const float *dy = call->dy + r * columns;
    LB_EACH_VECTOR(0, columns, {
      const floats gradient = load_some(dy + i, count);
      const floats centred = load_some(x + i, count) - load_some(call->mean + i, count);
      const floats normalised = centred * load_some(call->scale + i, count);
      store_some(sums + i, load_some(sums + i, count) + gradient, count);
      store_some(dots + i, multiply_add(gradient, normalised, load_some(dots + i, count)), count);
    });
  }
}

/* dx = weight scale (dy - mean(dy) - n mean(dy n)), n being the normalised value. */
static void LB_NAME(gradient_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const batch_norm *call = context;
  const int64_t columns = call->columns;
  const int64_t first = piece * call->rows_of_piece, last = lb_minimum(call->rows, first + call->rows_of_piece);
  const float *sums = call->sums, *dots = sums + columns;
  const floats share = broadcast(1 / (float)call->rows);
  for (int64_t r = first; r < last; r++) {
    const float *x = call->x + r * columns;
    const float *dy = call->dy + r * columns;
    float *dx = call->dx.data + r * columns;
    LB_EACH_VECTOR(0, columns, {
      const floats scale = load_some(call->scale + i, count);
      const floats normalised = (load_some(x + i, count) - load_some(call->mean + i, count)) * scale;
      const floats centred = load_some(dy + i, count) - load_some(sums + i, count) * share;
      const floats pull = load_some(dots + i, count) * share;
      floats value = load_some(call->weight + i, count) * scale * multiply_add(normalised, -pull, centred);
      if (call->dx.accumulate) {
        value += load_some(dx + i, count);
      }
      store_some(dx + i, value, count);
    });
  }
}

#else
#include "cpu.h"

#include <math.h>

typedef struct {
  const float *x, *weight, *bias, *dy;
  const float *mean, *scale; /* [columns] */
  int64_t rows, columns, rows_of_piece;
  float *y;
  float *partial;    /* [pieces, 3, columns] of statistics, [pieces, 2, columns] of sums */
  const float *sums; /* [2, columns] */
  lb_gradient dx;
} batch_norm;

#define LB_LOOPS "batch_norm.c"
#include "levels.h"

static lb_status check(lb_device *device, const char *function, int64_t rows, int64_t columns, bool memory) {
  LB_REQUIRE(device, lb_is_size(rows, columns), "%s: no shape: [%lld, %lld]", function, (long long)rows,
             (long long)columns);
  LB_REQUIRE(device, rows * columns == 0 || memory, "%s: no memory", function);
  return LB_OK;
}

static void run_pieces(lb_device *device, lb_piece work, batch_norm *call) {
  lb_parallel_for(device, lb_divide_up(call->rows, call->rows_of_piece), work, call);
}

/* Merges the statistics of pieces into the mean and the sum of squared differences of column c. */
static double merge(const batch_norm *call, int64_t c, double *squares) {
  double mean = 0, rows = 0;
  *squares = 0;
  for (int64_t first = 0, piece = 0; first < call->rows; first += call->rows_of_piece, piece++) {
    const float *part = call->partial + piece * 3 * call->columns + c;
    const double more = (double)lb_minimum(call->rows_of_piece, call->rows - first);
    const double rounding = part[call->columns] / more;
    const double difference = part[0] + rounding - mean;
    *squares += part[2 * call->columns] - rounding * rounding * more;
    *squares += difference * difference * rows * more / (rows + more);
    mean += difference * more / (rows + more);
    rows += more;
  }
  return mean;
}

lb_status lb_cpu_batch_norm_training(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                     float epsilon, float momentum, int64_t rows, int64_t columns, float *running_mean,
                                     float *running_variance, float *y, float *mean, float *scale) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_TRY(check(device, "batch_norm_training", rows, columns,
               x != NULL && weight != NULL && bias != NULL && running_mean != NULL && running_variance != NULL &&
                   y != NULL && mean != NULL && scale != NULL));
  LB_REQUIRE(device, rows >= 2, "batch_norm_training: %lld rows have no variance", (long long)rows);
  batch_norm call = {.x = x, .weight = weight, .bias = bias, .mean = mean, .scale = scale, .rows = rows,
                     .columns = columns, .y = y};
  call.rows_of_piece = lb_maximum(16, 4 * lb_rows_of_piece(columns));
  void *partial;
  LB_TRY(lb_cpu_allocate(device, (size_t)(3 * lb_divide_up(rows, call.rows_of_piece) * columns) * sizeof(float),
                         &partial));
  call.partial = partial;
  run_pieces(device, LB_BEST(device, statistics_piece), &call);
  for (int64_t c = 0; c < columns; c++) {
    double squares;
    const double centre = merge(&call, c, &squares);
    mean[c] = (float)centre;
    scale[c] = (float)(1 / sqrt(squares / (double)rows + epsilon));
    running_mean[c] += momentum * ((float)centre - running_mean[c]);
    running_variance[c] += momentum * ((float)(squares / (double)(rows - 1)) - running_variance[c]);
  }
  lb_cpu_release(device, partial);
  call.rows_of_piece = lb_rows_of_piece(columns);
  run_pieces(device, LB_BEST(device, normalise_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_batch_norm_inference(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                      float epsilon, int64_t rows, int64_t columns, const float *running_mean,
                                      const float *running_variance, float *y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_TRY(check(device, "batch_norm_inference", rows, columns,
               x != NULL && weight != NULL && bias != NULL && running_mean != NULL && running_variance != NULL &&
                   y != NULL));
  void *scale;
  LB_TRY(lb_cpu_allocate(device, (size_t)columns * sizeof(float), &scale));
  for (int64_t c = 0; c < columns && rows > 0; c++) {
    ((float *)scale)[c] = 1 / sqrtf(running_variance[c] + epsilon);
  }
  batch_norm call = {.x = x, .weight = weight, .bias = bias, .mean = running_mean, .scale = scale, .rows = rows,
                     .columns = columns, .rows_of_piece = lb_rows_of_piece(columns), .y = y};
  run_pieces(device, LB_BEST(device, normalise_piece), &call);
  lb_cpu_release(device, scale);
  return LB_OK;
}

lb_status lb_cpu_batch_norm_backward(lb_stream *stream, const float *x, const float *weight, const float *mean,
                                     const float *scale, const float *dy, int64_t rows, int64_t columns,
                                     lb_gradient dx, lb_gradient dweight, lb_gradient dbias) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_TRY(check(device, "batch_norm_backward", rows, columns,
               x != NULL && weight != NULL && mean != NULL && scale != NULL && dy != NULL));
  batch_norm call = {.x = x, .weight = weight, .dy = dy, .mean = mean, .scale = scale, .rows = rows,
                     .columns = columns, .rows_of_piece = lb_rows_of_partial_sum(rows), .dx = dx};
  const int64_t pieces = lb_divide_up(rows, call.rows_of_piece);
  void *partial;
  LB_TRY(lb_cpu_allocate(device, (size_t)(2 * (pieces + 1) * columns) * sizeof(float), &partial));
  call.partial = partial;
  run_pieces(device, LB_BEST(device, gradient_sums_piece), &call);
  float *sums = call.partial + pieces * 2 * columns;
  lb_add_partial_sums(device, partial, pieces, 2 * columns, 2 * columns, (lb_gradient){sums, false});
  lb_add_partial_sums(device, sums, 1, columns, columns, dbias);
  lb_add_partial_sums(device, sums + columns, 1, columns, columns, dweight);
  if (dx.data != NULL) {
    call.sums = sums;
    call.rows_of_piece = lb_rows_of_piece(columns);
    run_pieces(device, LB_BEST(device, gradient_piece), &call);
  }
  lb_cpu_release(device, partial);
  return LB_OK;
}
#endif
