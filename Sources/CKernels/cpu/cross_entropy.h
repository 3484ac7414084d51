/* Cross-entropy of rows of logits, for cross_entropy.c and linear_cross_entropy.c. */
#ifndef LIGHTBOX_CROSS_ENTROPY_H
#define LIGHTBOX_CROSS_ENTROPY_H

#include "cpu.h"

enum { lb_ignored_target = -100 };

typedef struct {
  const float *logits; /* [rows, classes] */
  int64_t rows, classes;
  const int32_t *targets; /* valid */
  const float *factors;
  float smoothing;
  float *losses;
  int32_t *predictions; /* or NULL */
  lb_gradient dlogits;  /* may be the logits themselves */
  int64_t rows_of_piece;
} lb_cross_entropy;

void lb_run_cross_entropy(lb_device *device, lb_cross_entropy call);

/* Checks what both functions take: targets, smoothing, and memory for n rows. */
lb_status lb_check_cross_entropy(lb_device *device, const char *function, const int32_t *targets, const float *factors,
                                 const float *losses, int64_t n, int64_t classes, float smoothing);

#endif
