/* Which experts of a mixture take a token, and with what weight (Shazeer et al. 2017; DeepSeek-AI 2024, "DeepSeek-V2" and
 * "DeepSeek-V3", for the groups and for the sigmoid with a bias). */
#include "cpu.h"

#include <math.h>

enum { rows_of_piece = 16 };

static const float smallest_sum = 1e-20f;

typedef struct {
  lb_device *device;
  lb_router router;
  const float *logits, *bias, *dweights;
  const int32_t *chosen;
  int64_t rows;
  int32_t *indices;
  float *weights;
  lb_gradient dlogits;
} routing;

/* The scores of one row. */
static void find_scores(const lb_router *router, const float *logits, float *scores) {
  if (router->sigmoid) {
    for (int32_t i = 0; i < router->experts; i++) {
      scores[i] = 1.0f / (1.0f + expf(-logits[i]));
    }
    return;
  }
  float greatest = logits[0], sum = 0;
  for (int32_t i = 1; i < router->experts; i++) {
    greatest = logits[i] > greatest ? logits[i] : greatest;
  }
  for (int32_t i = 0; i < router->experts; i++) {
    scores[i] = expf(logits[i] - greatest);
    sum += scores[i];
  }
  for (int32_t i = 0; i < router->experts; i++) {
    scores[i] /= sum;
  }
}

/* The first of the greatest of those not yet taken; even among numbers that are none, one is found. */
static int32_t best_of(const float *values, const bool *taken, int32_t count) {
  int32_t best = -1;
  for (int32_t i = 0; i < count; i++) {
    if (!taken[i] && (best < 0 || values[i] > values[best])) {
      best = i;
    }
  }
  return best;
}

/* What a group of `size` experts is worth. */
static float worth(const float *scores, int32_t size, bool two_best) {
  float first = -INFINITY, second = -INFINITY;
  for (int32_t i = 0; i < size; i++) {
    if (scores[i] > first) {
      second = first;
      first = scores[i];
    } else if (scores[i] > second) {
      second = scores[i];
    }
  }
  return two_best && size > 1 ? first + second : first;
}

static void route_rows(void *context, int64_t piece, int32_t worker) {
  const routing *call = context;
  const lb_router *router = &call->router;
  const int32_t experts = router->experts, size = experts / router->groups;
  float *scores = lb_scratch(call->device, worker), *values = scores + experts, *worths = values + experts;
  bool *taken = (bool *)(worths + router->groups), *kept = taken + experts;
  const int64_t end = lb_minimum(call->rows, (piece + 1) * rows_of_piece);
  for (int64_t row = piece * rows_of_piece; row < end; row++) {
    int32_t *indices = call->indices + row * router->chosen;
    float *weights = call->weights + row * router->chosen;
    find_scores(router, call->logits + row * experts, scores);
    for (int32_t i = 0; i < experts; i++) {
      values[i] = scores[i] + (call->bias != NULL ? call->bias[i] : 0);
    }
    for (int32_t group = 0; group < router->groups; group++) {
      worths[group] = worth(values + group * size, size, router->two_best);
      kept[group] = false;
    }
    for (int32_t n = 0; n < router->kept_groups; n++) {
      kept[best_of(worths, kept, router->groups)] = true;
    }
    for (int32_t i = 0; i < experts; i++) {
      taken[i] = !kept[i / size];
    }
    for (int32_t n = 0; n < router->chosen; n++) {
      const int32_t best = best_of(values, taken, experts);
      taken[best] = true;
      int32_t place = n;
      for (; place > 0 && indices[place - 1] > best; place--) {
        indices[place] = indices[place - 1];
      }
      indices[place] = best;
    }
    float sum = smallest_sum;
    for (int32_t n = 0; n < router->chosen; n++) {
      sum += scores[indices[n]];
    }
    for (int32_t n = 0; n < router->chosen; n++) {
      weights[n] = scores[indices[n]] / (router->normalise ? sum : 1) * router->scale;
    }
  }
}

static void route_back_rows(void *context, int64_t piece, int32_t worker) {
  const routing *call = context;
  const lb_router *router = &call->router;
  const int32_t experts = router->experts;
  float *scores = lb_scratch(call->device, worker), *slopes = scores + experts;
  const int64_t end = lb_minimum(call->rows, (piece + 1) * rows_of_piece);
  for (int64_t row = piece * rows_of_piece; row < end; row++) {
    const int32_t *indices = call->chosen + row * router->chosen;
    const float *dweights = call->dweights + row * router->chosen;
    float *dlogits = call->dlogits.data + row * experts;
    find_scores(router, call->logits + row * experts, scores);
    float sum = smallest_sum, mean = 0, total = 0;
    for (int32_t n = 0; n < router->chosen; n++) {
      sum += scores[indices[n]];
    }
    for (int32_t n = 0; n < router->chosen; n++) {
      mean += dweights[n] * scores[indices[n]] / sum;
    }
    for (int32_t i = 0; i < experts; i++) {
      slopes[i] = 0; /* of the loss by the scores */
    }
    for (int32_t n = 0; n < router->chosen; n++) {
      const float slope = router->normalise ? (dweights[n] - mean) / sum : dweights[n];
      slopes[indices[n]] = slope * router->scale;
      total += slopes[indices[n]] * scores[indices[n]];
    }
    for (int32_t i = 0; i < experts; i++) {
      const float slope = scores[i] * (router->sigmoid ? slopes[i] * (1 - scores[i]) : slopes[i] - total);
      dlogits[i] = slope + (call->dlogits.accumulate ? dlogits[i] : 0);
    }
  }
}

static lb_status check(lb_device *device, const char *function, const lb_router *router, int64_t rows) {
  LB_REQUIRE(device,
             router->experts > 0 && router->experts <= 65536 && router->groups > 0 &&
                 router->experts % router->groups == 0 && router->kept_groups > 0 &&
                 router->kept_groups <= router->groups && router->chosen > 0 &&
                 router->chosen <= (int64_t)router->kept_groups * (router->experts / router->groups),
             "%s: %d of %d experts, in %d of %d groups", function, router->chosen, router->experts,
             router->kept_groups, router->groups);
  LB_REQUIRE(device, lb_is_size(rows, router->experts), "%s: %lld rows", function, (long long)rows);
  return lb_reserve_scratch(device, (size_t)router->experts * 4 * sizeof(float) + (size_t)router->groups * 2 * sizeof(float));
}

lb_status lb_cpu_route_forward(lb_stream *stream, lb_router router, const float *logits, const float *bias,
                               int64_t rows, int32_t *indices, float *weights) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_TRY(check(device, "route_forward", &router, rows));
  LB_REQUIRE(device, rows == 0 || (logits != NULL && indices != NULL && weights != NULL), "route_forward: no memory");
  routing call = {.device = device, .router = router, .logits = logits, .bias = bias, .rows = rows,
                  .indices = indices, .weights = weights};
  lb_parallel_for(device, lb_divide_up(rows, rows_of_piece), route_rows, &call);
  return LB_OK;
}

lb_status lb_cpu_route_backward(lb_stream *stream, lb_router router, const float *logits, const int32_t *indices,
                                const float *dweights, int64_t rows, lb_gradient dlogits) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  if (dlogits.data == NULL) {
    return LB_OK;
  }
  LB_TRY(check(device, "route_backward", &router, rows));
  LB_REQUIRE(device, rows == 0 || (logits != NULL && indices != NULL && dweights != NULL),
             "route_backward: no memory");
  for (int64_t i = 0; i < rows * router.chosen; i++) {
    LB_REQUIRE(device, indices[i] >= 0 && indices[i] < router.experts, "route_backward: there is no expert %d",
               (int)indices[i]);
  }
  routing call = {.device = device, .router = router, .logits = logits, .chosen = indices, .dweights = dweights,
                  .rows = rows, .dlogits = dlogits};
  lb_parallel_for(device, lb_divide_up(rows, rows_of_piece), route_back_rows, &call);
  return LB_OK;
}
