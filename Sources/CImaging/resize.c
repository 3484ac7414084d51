// Antialiased resizing as in Pillow's Image.resize: the kernel of each output pixel covers `support * scale` input
// pixels either side of its centre, weights normalised to sum to 1. Separable; rows first here, because that pass
// runs along memory.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging.h"

static double triangle(double x) { return fabs(x) < 1 ? 1 - fabs(x) : 0; }

// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, a = -1/2.
static double cubic(double x) {
  const double a = -0.5;
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// For each output position, the first input it draws on, how many, and their weights.
typedef struct filter {
  size_t longest;
  size_t *first, *count;
  float *weights;  // [outputs][longest]
} filter;

static void discard(filter *filter) {
  free(filter->first);
  free(filter->count);
  free(filter->weights);
}

static bool prepare(filter *filter, size_t inputs, size_t outputs, imaging_kernel kernel) {
  double scale = (double)inputs / (double)outputs;
  double stretch = scale < 1 ? 1 : scale;
  double support = (kernel == IMAGING_BICUBIC ? 2 : 1) * stretch;
  filter->longest = (size_t)ceil(support) * 2 + 1;
  filter->first = malloc(outputs * sizeof *filter->first);
  filter->count = malloc(outputs * sizeof *filter->count);
  filter->weights = calloc(outputs * filter->longest, sizeof *filter->weights);
  double *exact = malloc(filter->longest * sizeof *exact);
  if (filter->first == NULL || filter->count == NULL || filter->weights == NULL || exact == NULL) {
    free(exact);
    return false;
  }
  for (size_t output = 0; output < outputs; output++) {
    double center = ((double)output + 0.5) * scale;
    double low = floor(center - support + 0.5), high = floor(center + support + 0.5);
    size_t first = low < 0 ? 0 : (size_t)low;
    size_t end = high > (double)inputs ? inputs : (size_t)high;
    size_t count = end - first;
    double sum = 0;
    for (size_t tap = 0; tap < count; tap++) {
      double distance = ((double)(first + tap) - center + 0.5) / stretch;
      exact[tap] = kernel == IMAGING_BICUBIC ? cubic(distance) : triangle(distance);
      sum += exact[tap];
    }
    for (size_t tap = 0; tap < count; tap++) {
      filter->weights[output * filter->longest + tap] = (float)(sum != 0 ? exact[tap] / sum : exact[tap]);
    }
    filter->first[output] = first;
    filter->count[output] = count;
  }
  free(exact);
  return true;
}

static void blend_rows(const filter *filter, const float *input, size_t width, size_t output, float *restrict row) {
  memset(row, 0, width * sizeof *row);
  for (size_t tap = 0; tap < filter->count[output]; tap++) {
    float weight = filter->weights[output * filter->longest + tap];
    const float *restrict line = input + (filter->first[output] + tap) * width;
    for (size_t x = 0; x < width; x++) row[x] += weight * line[x];
  }
}

bool imaging_resize(
  const float *input, size_t width, size_t height, imaging_kernel kernel, float *output, size_t output_width,
  size_t output_height, size_t output_stride) {
  if (width == 0 || height == 0 || output_width == 0 || output_height == 0) return false;
  filter vertical = {0}, horizontal = {0};
  float *row = malloc(width * sizeof *row);
  bool prepared = row != NULL && prepare(&vertical, height, output_height, kernel)
    && prepare(&horizontal, width, output_width, kernel);
  for (size_t y = 0; prepared && y < output_height; y++) {
    blend_rows(&vertical, input, width, y, row);
    for (size_t x = 0; x < output_width; x++) {
      const float *weights = horizontal.weights + x * horizontal.longest;
      const float *taps = row + horizontal.first[x];
      float sum = 0;
      for (size_t tap = 0; tap < horizontal.count[x]; tap++) sum += weights[tap] * taps[tap];
      output[y * output_stride + x] = sum;
    }
  }
  discard(&vertical);
  discard(&horizontal);
  free(row);
  return prepared;
}
