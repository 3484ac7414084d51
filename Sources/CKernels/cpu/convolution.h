/* What the convolutions share: pixels of the output as rows of a matrix, the patch of the input under each as its
 * columns, in the order kernel row, kernel column, input channel. So a convolution is a product, made block by block;
 * the whole matrix never exists. */
#ifndef LIGHTBOX_CONVOLUTION_H
#define LIGHTBOX_CONVOLUTION_H

#include "gemm.h"

typedef struct {
  lb_convolution shape;
  int64_t height, width; /* of the output */
  int64_t pixels;        /* of all output images */
  int64_t run;           /* kernel * input channels: what lies together in the input */
  int64_t depth;         /* kernel * run: columns */
  int64_t block;         /* rows that are worked on at a time: they fit the second-level cache */
} lb_pixels;

/* The loops of one instruction set. */
typedef struct {
  /* Rows [first, first + rows) into `patches` [rows, depth], which has room for `lanes` floats more. */
  void (*gather)(const lb_pixels *pixels, const float *x, int64_t first, int64_t rows, float *patches);
  /* Adds rows [first, first + rows) back to the input at lines [line, end) of their image; others are left out. */
  void (*scatter)(const lb_pixels *pixels, const float *patches, int64_t first, int64_t rows, int64_t line, int64_t end,
                  float *x);
  /* sums[c] += sum over rows of x[r, c]. */
  void (*add_rows)(const float *x, int64_t rows, int64_t columns, float *sums);
} lb_pixel_loops;

const lb_pixel_loops *lb_pixel_loops_of(const lb_device *device);

/* Checks a shape and measures it. */
lb_status lb_measure_pixels(lb_device *device, const char *function, lb_convolution shape, lb_pixels *pixels);

/* The weight [out, in, kernel, kernel] as [out, kernel, kernel, in]. */
void lb_order_weight(const lb_pixels *pixels, const float *weight, float *ordered);

#endif
