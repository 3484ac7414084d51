/* Cross-entropy with label smoothing (Szegedy et al. 2016), mean over classes as PyTorch has it.
 *
 * With s the smoothing, K classes and L = log sum exp z, the loss of a row is (1 - s)(L - z[target]) + s (L - mean z),
 * and its gradient exp(z - L) - (1 - s)[target] - s / K. */
#ifdef LB_LEVEL
#include "functions.h"

/* The greatest logit of a row, and in `place`, if wanted, where it first stands. */
LB_INLINE float LB_NAME(greatest)(const float *logits, int64_t classes, int32_t *place) {
  float greatest = -INFINITY;
  int64_t block = 0;
  for (int64_t start = 0; start < classes; start += classes_of_block) {
    floats top = broadcast(-INFINITY);
    LB_EACH_VECTOR(start, lb_minimum(classes, start + classes_of_block), {
      top = maximum(keep_some(load_some(logits + i, count), count, broadcast(-INFINITY)), top);
    });
    const float found = maximum_lanes(top);
    if (found > greatest) {
      greatest = found;
      block = start;
    }
  }
  if (place != NULL) {
    const int64_t end = lb_minimum(classes, block + classes_of_block);
    while (block < end - 1 && logits[block] != greatest) {
      block++;
    }
    *place = (int32_t)block;
  }
  return greatest;
}

LB_INLINE void LB_NAME(cross_entropy_row)(const lb_cross_entropy *call, int64_t r) {
  const int64_t classes = call->classes;
  const float *logits = call->logits + r * classes;
  const bool ignored = call->targets[r] == lb_ignored_target;
  if (call->predictions != NULL) {
    call->predictions[r] = -1;
  }
  if (ignored) {
    call->losses[r] = 0;
    if (call->dlogits.data != NULL && !call->dlogits.accumulate) {
      memset(call->dlogits.data + r * classes, 0, (size_t)classes * sizeof(float));
    }
    return;
  }
  const float greatest =
      LB_NAME(greatest)(logits, classes, call->predictions == NULL ? NULL : &call->predictions[r]);
  double total = 0, sum = 0; /* over a vocabulary, a sum in float32 would lose two digits */
  for (int64_t start = 0; start < classes; start += classes_of_block) {
    floats exponentials = {0}, differences = {0};
    LB_EACH_VECTOR(start, lb_minimum(classes, start + classes_of_block), {
      const floats z = load_some(logits + i, count) - greatest;
      exponentials += keep_some(exponential(z), count, broadcast(0));
      differences += keep_some(z, count, broadcast(0));
    });
    total += sum_lanes(exponentials);
    sum += sum_lanes(differences);
  }
  const float target = logits[call->targets[r]] - greatest;
  const float share = call->smoothing / (float)classes;
  call->losses[r] = (float)(log(total) - (1 - call->smoothing) * target - (share > 0 ? share * sum : 0));
  if (call->dlogits.data == NULL) {
    return;
  }
  float *dlogits = call->dlogits.data + r * classes;
  const float factor = call->factors[r];
  const float before = call->dlogits.accumulate ? dlogits[call->targets[r]] : 0;
  const float inverse = (float)(1 / total), likelihood = expf(target) * inverse;
  LB_EACH_VECTOR(0, classes, {
    const floats z = load_some(logits + i, count) - greatest;
    floats gradient = factor * (exponential(z) * inverse - share);
    if (call->dlogits.accumulate) {
      gradient += load_some(dlogits + i, count);
    }
    store_some(dlogits + i, gradient, count);
  });
  dlogits[call->targets[r]] = before + factor * ((likelihood - (1 - call->smoothing)) - share);
}

static void LB_NAME(cross_entropy_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const lb_cross_entropy *call = context;
  const int64_t last = lb_minimum(call->rows, (piece + 1) * call->rows_of_piece);
  for (int64_t r = piece * call->rows_of_piece; r < last; r++) {
    LB_NAME(cross_entropy_row)(call, r);
  }
}

#else
#include "cross_entropy.h"

#include <math.h>

enum { classes_of_block = 512 };

#define LB_LOOPS "cross_entropy.c"
#include "levels.h"

void lb_run_cross_entropy(lb_device *device, lb_cross_entropy call) {
  call.rows_of_piece = lb_rows_of_piece(call.classes);
  lb_parallel_for(device, lb_divide_up(call.rows, call.rows_of_piece), LB_BEST(device, cross_entropy_piece), &call);
}

lb_status lb_check_cross_entropy(lb_device *device, const char *function, const int32_t *targets, const float *factors,
                                 const float *losses, int64_t n, int64_t classes, float smoothing) {
  LB_REQUIRE(device, lb_is_size(n, classes) && classes <= INT32_MAX, "%s: no shape: [%lld, %lld]", function,
             (long long)n, (long long)classes);
  LB_REQUIRE(device, smoothing >= 0 && smoothing <= 1, "%s: label smoothing %g is not in [0, 1]", function,
             (double)smoothing);
  LB_REQUIRE(device, n == 0 || (targets != NULL && factors != NULL && losses != NULL), "%s: no memory for %lld rows",
             function, (long long)n);
  for (int64_t r = 0; r < n; r++) {
    LB_REQUIRE(device, targets[r] == lb_ignored_target || (targets[r] >= 0 && targets[r] < classes),
               "%s: target %d of row %lld is not one of %lld classes", function, (int)targets[r], (long long)r,
               (long long)classes);
  }
  return LB_OK;
}

lb_status lb_cpu_cross_entropy(lb_stream *stream, const float *logits, int64_t n, int64_t classes,
                               const int32_t *targets, const float *factors, float smoothing, float *losses,
                               lb_gradient dlogits) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_TRY(lb_check_cross_entropy(device, "cross_entropy", targets, factors, losses, n, classes, smoothing));
  LB_REQUIRE(device, n == 0 || logits != NULL, "cross_entropy: no logits");
  lb_run_cross_entropy(device, (lb_cross_entropy){.logits = logits, .rows = n, .classes = classes, .targets = targets,
                                                  .factors = factors, .smoothing = smoothing, .losses = losses,
                                                  .dlogits = dlogits});
  return LB_OK;
}
#endif
