/* The patches of the input under output pixels, gathered to rows and added back. */
#ifdef LB_LEVEL

/* The part of a run of the input that lies in the image: its floats [first, end), zeros around; and where it is. */
typedef struct {
  int64_t first, end, at;
} LB_NAME(run);

LB_INLINE LB_NAME(run) LB_NAME(find_run)(const lb_pixels *pixels, int64_t image, int64_t y, int64_t x,
                                         int64_t kernel_row) {
  const lb_convolution *shape = &pixels->shape;
  const int64_t channels = shape->input_channels;
  const int64_t line = y * shape->stride + kernel_row - shape->padding, column = x * shape->stride - shape->padding;
  LB_NAME(run) found = {0, 0, ((image * shape->height + line) * shape->width + column) * channels};
  if (line >= 0 && line < shape->height) {
    found.first = lb_minimum(pixels->run, lb_maximum(0, -column * channels));
    found.end = lb_maximum(found.first, lb_minimum(pixels->run, (shape->width - column) * channels));
  }
  return found;
}

/* One row of patches, pixel by pixel: the general case. */
static void LB_NAME(gather_pixel)(const lb_pixels *pixels, const float *x, int64_t image, int64_t line, int64_t column,
                                  float *patch) {
  for (int64_t kernel_row = 0; kernel_row < pixels->shape.kernel; kernel_row++) {
    const LB_NAME(run) found = LB_NAME(find_run)(pixels, image, line, column, kernel_row);
    memset(patch, 0, (size_t)pixels->run * sizeof(float));
    for (int64_t i = found.first; i < found.end; i++) {
      patch[i] = x[found.at + i];
    }
    patch += pixels->run;
  }
}

/* Pixels whose patches lie in the image. Whole vectors are stored; what runs over is written next. */
LB_INLINE void LB_NAME(gather_inside)(const lb_pixels *pixels, const float *x, int64_t count, int64_t run,
                                      float *patches) {
  const int64_t kernel = pixels->shape.kernel, line = pixels->shape.width * pixels->shape.input_channels;
  const int64_t step = pixels->shape.stride * pixels->shape.input_channels;
  for (; count > 0; count--, x += step) {
    for (int64_t kernel_row = 0; kernel_row < kernel; kernel_row++, patches += run) {
      const float *from = x + kernel_row * line;
      for (int64_t i = 0; i < run; i += LB_LANES) {
        store(patches + i, load_some(from + i, lb_minimum(run - i, LB_LANES)));
      }
    }
  }
}

static void LB_NAME(gather)(const lb_pixels *pixels, const float *x, int64_t first, int64_t rows, float *patches) {
  const lb_convolution *shape = &pixels->shape;
  const int64_t stride = shape->stride, padding = shape->padding, kernel = shape->kernel, run = pixels->run;
  /* The columns whose patches do not reach over the left or right border. */
  const int64_t inside = lb_divide_up(padding, stride);
  const int64_t outside = lb_maximum(inside, (shape->width + padding - kernel) / stride + 1);
  int64_t column = first % pixels->width, line = first / pixels->width % pixels->height;
  int64_t image = first / pixels->width / pixels->height;
  while (rows > 0) {
    const int64_t y = line * stride - padding;
    if (column >= inside && column < outside && y >= 0 && y + kernel <= shape->height) {
      const int64_t count = lb_minimum(rows, outside - column);
      const float *from = x + ((image * shape->height + y) * shape->width + column * stride - padding) *
                                  shape->input_channels;
      LB_NAME(gather_inside)(pixels, from, count, run, patches);
      column += count;
      rows -= count;
      patches += count * pixels->depth;
    } else {
      LB_NAME(gather_pixel)(pixels, x, image, line, column, patches);
      column++;
      rows--;
      patches += pixels->depth;
    }
    if (column == pixels->width) {
      column = 0;
      line = line + 1 < pixels->height ? line + 1 : 0;
      image += line == 0;
    }
  }
}

static void LB_NAME(scatter)(const lb_pixels *pixels, const float *patches, int64_t first, int64_t rows, int64_t line,
                             int64_t end, float *x) {
  for (int64_t row = first; row < first + rows; row++) {
    const int64_t across = row % pixels->width, down = row / pixels->width % pixels->height;
    const int64_t image = row / pixels->width / pixels->height;
    for (int64_t kernel_row = 0; kernel_row < pixels->shape.kernel; kernel_row++, patches += pixels->run) {
      const int64_t to = down * pixels->shape.stride + kernel_row - pixels->shape.padding;
      if (to < line || to >= end) {
        continue;
      }
      const LB_NAME(run) found = LB_NAME(find_run)(pixels, image, down, across, kernel_row);
      for (int64_t i = found.first; i < found.end; i += LB_LANES) {
        const int64_t count = lb_minimum(found.end - i, LB_LANES);
        float *sum = x + found.at + i;
        store_some(sum, load_some(sum, count) + load_some(patches + i, count), count);
      }
    }
  }
}

static void LB_NAME(add_rows)(const float *x, int64_t rows, int64_t columns, float *sums) {
  for (int64_t column = 0; column < columns; column += LB_LANES) {
    const int64_t count = lb_minimum(columns - column, LB_LANES);
    floats sum = {0};
    for (int64_t row = 0; row < rows; row++) {
      sum += load_some(x + row * columns + column, count);
    }
    store_some(sums + column, load_some(sums + column, count) + sum, count);
  }
}

static const lb_pixel_loops LB_NAME(pixel_loops) = {LB_NAME(gather), LB_NAME(scatter), LB_NAME(add_rows)};

#else
#include "convolution.h"

#include <string.h>

#define LB_LOOPS "convolution_pixels.c"
#include "levels.h"

enum { block_floats = 1 << 16, most_block = 288 };

const lb_pixel_loops *lb_pixel_loops_of(const lb_device *device) { return LB_BEST(device, &pixel_loops); }

lb_status lb_measure_pixels(lb_device *device, const char *function, lb_convolution shape, lb_pixels *pixels) {
  const int64_t most = INT64_C(1) << 40;
  LB_REQUIRE(device, shape.images >= 0 && shape.height > 0 && shape.width > 0 && shape.input_channels > 0 &&
                         shape.output_channels > 0 && shape.images < most && shape.height < most &&
                         shape.width < most && shape.input_channels < most && shape.output_channels < most,
             "%s: the images or channels have no size", function);
  LB_REQUIRE(device, shape.kernel > 0 && shape.stride > 0 && shape.padding >= 0 && shape.padding < shape.kernel &&
                         shape.kernel <= shape.height + 2 * (int64_t)shape.padding &&
                         shape.kernel <= shape.width + 2 * (int64_t)shape.padding,
             "%s: kernel %d, stride %d, padding %d do not fit images of %lld x %lld", function, shape.kernel,
             shape.stride, shape.padding, (long long)shape.height, (long long)shape.width);
  *pixels = (lb_pixels){.shape = shape};
  pixels->height = (shape.height + 2 * (int64_t)shape.padding - shape.kernel) / shape.stride + 1;
  pixels->width = (shape.width + 2 * (int64_t)shape.padding - shape.kernel) / shape.stride + 1;
  int64_t input;
  LB_REQUIRE(device, !__builtin_mul_overflow(shape.height, shape.width, &input) &&
                         !__builtin_mul_overflow(input, shape.images, &input) &&
                         lb_is_size(input, shape.input_channels) &&
                         !__builtin_mul_overflow(pixels->height, pixels->width, &pixels->pixels) &&
                         !__builtin_mul_overflow(pixels->pixels, shape.images, &pixels->pixels) &&
                         lb_is_size(pixels->pixels, shape.output_channels) &&
                         !__builtin_mul_overflow(shape.kernel * (int64_t)shape.kernel, shape.input_channels,
                                                 &pixels->depth) &&
                         lb_is_size(pixels->depth, shape.output_channels),
             "%s: the images are too large", function);
  pixels->run = shape.kernel * shape.input_channels;
  const int64_t rows = lb_gemm_of(device)->tile_rows;
  pixels->block = lb_maximum(rows, lb_minimum(most_block, block_floats / pixels->depth) / rows * rows);
  return LB_OK;
}

void lb_order_weight(const lb_pixels *pixels, const float *weight, float *ordered) {
  const int64_t places = (int64_t)pixels->shape.kernel * pixels->shape.kernel;
  const int64_t channels = pixels->shape.input_channels;
  for (int64_t out = 0; out < pixels->shape.output_channels; out++) {
    for (int64_t channel = 0; channel < channels; channel++) {
      for (int64_t place = 0; place < places; place++) {
        ordered[(out * places + place) * channels + channel] = weight[(out * channels + channel) * places + place];
      }
    }
  }
}

#endif
