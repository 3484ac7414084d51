/* Adds the partial sums of pieces, in the order of the pieces. */
#ifdef LB_LEVEL

static void LB_NAME(add_partial_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const partial_sums *call = context;
  const int64_t start = piece * columns_of_piece;
  LB_EACH_VECTOR(start, lb_minimum(call->columns, start + columns_of_piece), {
    floats total = {0};
    for (int64_t part = 0; part < call->parts; part++) {
      total += load_some(call->partial + part * call->stride + i, count);
    }
    if (call->y.accumulate) {
      total += load_some(call->y.data + i, count);
    }
    store_some(call->y.data + i, total, count);
  });
}

#else
#include "cpu.h"

enum { columns_of_piece = 1024 };

typedef struct {
  const float *partial;
  int64_t parts, stride, columns;
  lb_gradient y;
} partial_sums;

#define LB_LOOPS "partial_sums.c"
#include "levels.h"

void lb_add_partial_sums(lb_device *device, const float *partial, int64_t parts, int64_t stride, int64_t columns,
                         lb_gradient y) {
  if (y.data == NULL) {
    return;
  }
  partial_sums call = {partial, parts, stride, columns, y};
  lb_parallel_for(device, lb_divide_up(columns, columns_of_piece), LB_BEST(device, add_partial_piece), &call);
}
#endif
