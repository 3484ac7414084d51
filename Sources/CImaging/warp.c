// An affine warp with bilinear interpolation.
#include <math.h>

#include "imaging.h"

static float sample(const float *input, size_t width, size_t height, double x, double y, float outside) {
  double left = floor(x), top = floor(y);
  // Entirely outside, or not a number.
  if (!(left >= -1 && top >= -1 && left < (double)width && top < (double)height)) return outside;
  float across = (float)(x - left), down = (float)(y - top);
  long column = (long)left, row = (long)top;
  float corner[2][2];
  for (int dy = 0; dy < 2; dy++) {
    for (int dx = 0; dx < 2; dx++) {
      long xx = column + dx, yy = row + dy;
      bool inside = xx >= 0 && yy >= 0 && xx < (long)width && yy < (long)height;
      corner[dy][dx] = inside ? input[(size_t)yy * width + (size_t)xx] : outside;
    }
  }
  float upper = corner[0][0] + across * (corner[0][1] - corner[0][0]);
  float lower = corner[1][0] + across * (corner[1][1] - corner[1][0]);
  return upper + down * (lower - upper);
}

void imaging_warp(
  const float *input, size_t width, size_t height, const double matrix[6], float outside, float *output,
  size_t output_width, size_t output_height) {
  for (size_t y = 0; y < output_height; y++) {
    for (size_t x = 0; x < output_width; x++) {
      double u = (double)x + 0.5, v = (double)y + 0.5;
      double source_x = matrix[0] * u + matrix[1] * v + matrix[2] - 0.5;
      double source_y = matrix[3] * u + matrix[4] * v + matrix[5] - 0.5;
      output[y * output_width + x] = sample(input, width, height, source_x, source_y, outside);
    }
  }
}
