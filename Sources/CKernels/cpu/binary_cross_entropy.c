/* Binary cross-entropy of the sigmoid of logits, from the logits, so that it never takes the logarithm of zero. */
#include "cpu.h"

#include <math.h>

typedef struct {
  const float *logits, *targets, *factors;
  int64_t n;
  float *losses;
  lb_gradient dlogits;
} binary_cross_entropy;

static void binary_cross_entropy_piece(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const binary_cross_entropy *call = context;
  const int64_t end = lb_elements_end(piece, call->n);
  for (int64_t i = lb_elements_start(piece); i < end; i++) {
    const float factor = call->factors[i], z = call->logits[i], target = call->targets[i];
    float loss = 0, gradient = 0;
    if (factor != 0) {
      /* Sums of terms of one sign, so that a sure and right answer keeps its digits. */
      const float e = expf(-fabsf(z));
      loss = (z > 0 ? z * (1 - target) : -z * target) + log1pf(e);
      gradient = factor * (z > 0 ? (1 - target) - e / (1 + e) : e / (1 + e) - target);
    }
    call->losses[i] = loss;
    if (call->dlogits.data != NULL) {
      call->dlogits.data[i] = gradient + (call->dlogits.accumulate ? call->dlogits.data[i] : 0);
    }
  }
}

lb_status lb_cpu_binary_cross_entropy(lb_stream *stream, const float *logits, const float *targets,
                                      const float *factors, int64_t n, float *losses, lb_gradient dlogits) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device,
             lb_is_size(n, 1) &&
                 (n == 0 || (logits != NULL && targets != NULL && factors != NULL && losses != NULL)),
             "binary_cross_entropy: no memory for %lld elements", (long long)n);
  for (int64_t i = 0; i < n; i++) {
    LB_REQUIRE(device, factors[i] == 0 || (targets[i] >= 0 && targets[i] <= 1),
               "binary_cross_entropy: target %g of element %lld is not in [0, 1]", (double)targets[i], (long long)i);
  }
  binary_cross_entropy call = {logits, targets, factors, n, losses, dlogits};
  lb_parallel_for(device, lb_element_pieces(n), binary_cross_entropy_piece, &call);
  return LB_OK;
}
