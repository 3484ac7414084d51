/* Cross-entropy of the rows of hidden weight^T, a chunk of rows at a time: the full logits never exist.
 *
 * Only rows with a target are multiplied. Those of a chunk are read and written in place where they follow one another,
 * else gathered into a block of their own; either way each row goes through the same products. */
#include "cross_entropy.h"

#include <string.h>

/* A chunk holds about this many logits, but no fewer rows than keep the products efficient. */
enum { logits_of_chunk = 16 << 20, least_rows_of_chunk = 256 };

typedef struct {
  lb_stream *stream;
  lb_matrix hidden, weight;
  float smoothing;
  lb_gradient dhidden, dweight;
  /* Blocks of a chunk. */
  float *logits;      /* [chunk, classes], then their gradients */
  float *gathered;    /* [chunk, d]: rows of hidden */
  float *gradients;   /* [chunk, d]: gradients of these rows */
  float *factors, *losses;
  int32_t *targets, *predictions;
  int64_t *rows; /* where each row of the chunk lies */
} linear_cross_entropy;

static lb_matrix floats_of(float *data, int64_t rows, int64_t columns) {
  return (lb_matrix){.data = data, .dtype = LB_FLOAT32, .rows = rows, .columns = columns, .stride = columns};
}

/* Losses and gradients of the `count` rows in `call->rows`. */
static lb_status run_chunk(linear_cross_entropy *call, int64_t count) {
  const int64_t width = call->hidden.columns, classes = call->weight.rows;
  const bool adjacent = call->rows[count - 1] - call->rows[0] == count - 1;
  lb_matrix hidden = call->hidden;
  if (adjacent) {
    hidden.data = (float *)hidden.data + call->rows[0] * hidden.stride;
    hidden.rows = count;
  } else {
    for (int64_t r = 0; r < count; r++) {
      memcpy(call->gathered + r * width, (float *)call->hidden.data + call->rows[r] * call->hidden.stride,
             (size_t)width * sizeof(float));
    }
    hidden = floats_of(call->gathered, count, width);
  }
  const lb_matrix logits = floats_of(call->logits, count, classes);
  LB_TRY(lb_cpu_matmul(call->stream, hidden, false, call->weight, true, logits, false, NULL));

  const bool wanted = call->dhidden.data != NULL || call->dweight.data != NULL;
  lb_run_cross_entropy(call->stream->device,
                       (lb_cross_entropy){.logits = call->logits, .rows = count, .classes = classes,
                                          .targets = call->targets, .factors = call->factors,
                                          .smoothing = call->smoothing, .losses = call->losses,
                                          .predictions = call->predictions,
                                          .dlogits = {wanted ? call->logits : NULL, false}});

  if (call->dhidden.data != NULL) {
    float *place = call->dhidden.data + call->rows[0] * width;
    const lb_matrix gradients = floats_of(adjacent ? place : call->gradients, count, width);
    LB_TRY(lb_cpu_matmul(call->stream, logits, false, call->weight, false, gradients,
                         adjacent && call->dhidden.accumulate, NULL));
    for (int64_t r = 0; r < count && !adjacent; r++) {
      float *row = call->dhidden.data + call->rows[r] * width;
      const float *gradient = call->gradients + r * width;
      for (int64_t c = 0; c < width; c++) {
        row[c] = call->dhidden.accumulate ? row[c] + gradient[c] : gradient[c];
      }
    }
  }
  if (call->dweight.data != NULL) {
    const lb_matrix gradients = floats_of(call->dweight.data, classes, width);
    LB_TRY(lb_cpu_matmul(call->stream, logits, true, hidden, false, gradients, call->dweight.accumulate, NULL));
    call->dweight.accumulate = true;
  }
  return LB_OK;
}

/* Collects the rows with targets into chunks of `most` rows and runs them. */
static lb_status run_chunks(linear_cross_entropy *call, const int32_t *targets, const float *factors, float *losses,
                            int32_t *predictions, int64_t most) {
  const int64_t n = call->hidden.rows, width = call->hidden.columns;
  int64_t count = 0;
  for (int64_t r = 0; r < n; r++) {
    if (targets[r] == lb_ignored_target) {
      losses[r] = 0;
      if (predictions != NULL) {
        predictions[r] = -1;
      }
      if (call->dhidden.data != NULL && !call->dhidden.accumulate) {
        memset(call->dhidden.data + r * width, 0, (size_t)width * sizeof(float));
      }
    } else {
      call->rows[count] = r;
      call->targets[count] = targets[r];
      call->factors[count] = factors[r];
      count++;
    }
    if (count > 0 && (count == most || r == n - 1)) {
      LB_TRY(run_chunk(call, count));
      for (int64_t i = 0; i < count; i++) {
        losses[call->rows[i]] = call->losses[i];
        if (predictions != NULL) {
          predictions[call->rows[i]] = call->predictions[i];
        }
      }
      count = 0;
    }
  }
  /* Without a row that has a target the weight's gradient is still to be written. */
  if (call->dweight.data != NULL && !call->dweight.accumulate) {
    LB_TRY(lb_cpu_fill_zero(call->stream, call->dweight.data, (size_t)(call->weight.rows * width) * sizeof(float)));
  }
  return LB_OK;
}

lb_status lb_cpu_linear_cross_entropy(lb_stream *stream, lb_matrix hidden, lb_matrix weight, const int32_t *targets,
                                      const float *factors, float smoothing, float *losses, int32_t *predictions,
                                      lb_gradient dhidden, lb_gradient dweight) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_matrix(hidden) && lb_is_stored_matrix(weight) && hidden.dtype == LB_FLOAT32,
             "linear_cross_entropy: a malformed matrix");
  LB_REQUIRE(device, !lb_is_tiled(weight.dtype) || (dhidden.data == NULL && dweight.data == NULL),
             "linear_cross_entropy: a weight in tiles gives no gradients");
  LB_REQUIRE(device, hidden.columns == weight.columns, "linear_cross_entropy: hidden rows of %lld, weight rows of %lld",
             (long long)hidden.columns, (long long)weight.columns);
  const int64_t n = hidden.rows, width = hidden.columns, classes = weight.rows;
  LB_TRY(lb_check_cross_entropy(device, "linear_cross_entropy", targets, factors, losses, n, classes, smoothing));

  const int64_t chunk = lb_minimum(n, lb_maximum(least_rows_of_chunk, logits_of_chunk / lb_maximum(1, classes)));
  LB_REQUIRE(device, lb_is_size(chunk, classes) && lb_is_size(chunk, width), "linear_cross_entropy: too large");
  const size_t logits_bytes = (size_t)(chunk * classes) * sizeof(float);
  const size_t rows_bytes = (size_t)(chunk * width) * sizeof(float);
  const size_t list_bytes = (size_t)chunk * (4 * sizeof(float) + sizeof(int64_t));
  void *memory;
  LB_TRY(lb_cpu_allocate(device, logits_bytes + 2 * rows_bytes + list_bytes, &memory));
  linear_cross_entropy call = {.stream = stream, .hidden = hidden, .weight = weight, .smoothing = smoothing,
                               .dhidden = dhidden, .dweight = dweight};
  call.rows = memory;
  call.factors = (float *)(call.rows + chunk);
  call.losses = call.factors + chunk;
  call.targets = (int32_t *)(call.losses + chunk);
  call.predictions = call.targets + chunk;
  call.gathered = (float *)(call.predictions + chunk);
  call.gradients = call.gathered + chunk * width;
  call.logits = call.gradients + chunk * width;
  if (predictions == NULL) {
    call.predictions = NULL;
  }
  const lb_status status = run_chunks(&call, targets, factors, losses, predictions, chunk);
  lb_cpu_release(device, memory);
  return status;
}
