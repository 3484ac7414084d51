/* Means over ranges of rows, and their gradient. A piece is a block of columns. */
#ifdef LB_LEVEL

static void LB_NAME(range_means_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const averaging *call = context;
  const int64_t columns = call->columns, blocks = lb_divide_up(columns, columns_of_piece);
  const int64_t range = piece / blocks, start = piece % blocks * columns_of_piece;
  const int64_t end = lb_minimum(columns, start + columns_of_piece);
  const int64_t rows = call->counts[range];
  const float *x = call->x + call->starts[range] * columns;
  float *y = call->y + range * columns;
  const floats divisor = broadcast((float)lb_maximum(rows, 1));
  LB_EACH_VECTOR(start, end, {
    floats total = {0};
    for (int64_t r = 0; r < rows; r++) {
      total += load_some(x + r * columns + i, count);
    }
    store_some(y + i, total / divisor, count);
  });
}

static void LB_NAME(range_means_backward_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const averaging *call = context;
  const int64_t columns = call->columns, start = piece * columns_of_piece;
  const int64_t end = lb_minimum(columns, start + columns_of_piece);
  for (int64_t range = 0; range < call->ranges; range++) {
    const float *dy = call->x + range * columns;
    float *dx = call->y + call->starts[range] * columns;
    const floats divisor = broadcast((float)lb_maximum(call->counts[range], 1));
    for (int64_t r = 0; r < call->counts[range]; r++, dx += columns) {
      LB_EACH_VECTOR(start, end, store_some(dx + i, load_some(dx + i, count) + load_some(dy + i, count) / divisor, count););
    }
  }
}

#else
#include "cpu.h"

enum { columns_of_piece = 64 };

typedef struct {
  const float *x; /* or dy */
  const int64_t *starts, *counts;
  int64_t ranges, columns;
  float *y; /* or dx */
} averaging;

#define LB_LOOPS "range_means.c"
#include "levels.h"

static lb_status check_ranges(lb_device *device, const char *function, const averaging *call) {
  LB_REQUIRE(device,
             lb_is_size(call->ranges, call->columns) &&
                 (call->ranges == 0 || (call->starts != NULL && call->counts != NULL && call->x != NULL &&
                                        call->y != NULL)),
             "%s: no memory for %lld ranges", function, (long long)call->ranges);
  for (int64_t range = 0; range < call->ranges; range++) {
    int64_t end;
    LB_REQUIRE(device,
               call->starts[range] >= 0 && call->counts[range] >= 0 &&
                   !__builtin_add_overflow(call->starts[range], call->counts[range], &end) &&
                   lb_is_size(end, call->columns),
               "%s: range %lld is not one of rows", function, (long long)range);
  }
  return LB_OK;
}

lb_status lb_cpu_range_means(lb_stream *stream, const float *x, const int64_t *starts, const int64_t *counts,
                             int64_t ranges, int64_t columns, float *y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  averaging call = {x, starts, counts, ranges, columns, y};
  LB_TRY(check_ranges(device, "range_means", &call));
  lb_parallel_for(device, ranges * lb_divide_up(columns, columns_of_piece), LB_BEST(device, range_means_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_range_means_backward(lb_stream *stream, const float *dy, const int64_t *starts, const int64_t *counts,
                                      int64_t ranges, int64_t columns, float *dx) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  averaging call = {dy, starts, counts, ranges, columns, dx};
  LB_TRY(check_ranges(device, "range_means_backward", &call));
  lb_parallel_for(device, lb_divide_up(columns, columns_of_piece), LB_BEST(device, range_means_backward_piece), &call);
  return LB_OK;
}
#endif
