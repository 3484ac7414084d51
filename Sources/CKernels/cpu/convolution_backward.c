/* Gradients of a convolution.
 *
 * Of the weight and the bias: the pixels are cut into as many parts as the workers can share evenly; each part has its
 * own sums, which are added in order. Of the input: the gradients of the patches, block by block, are added back to the
 * lines of an image that one worker owns.
 */
#include "convolution.h"

#include <string.h>

typedef struct {
  lb_device *device;
  const lb_gemm *gemm;
  const lb_pixel_loops *loops;
  lb_pixels pixels;
  const float *x, *dy;
  const float *weight; /* packed as the right operand of dy * weight */
  float *dx;
  bool accumulate;
  float *sums;               /* of each part: the weight [depth, out] and the bias [out], in `part_floats` */
  int64_t parts, part_floats;
  bool weight_wanted, bias_wanted;
  int64_t strips, lines;     /* of an image, and input lines of a strip */
} convolution;

/* -- Weight and bias ---------------------------------------------------------------------------------------------- */

/* A block of dy as a right operand, which is read in whole vectors: in place, or copied with zeros behind each row. */
static lb_right right_gradients(const convolution *call, const float *dy, int64_t rows, float *copy) {
  const int64_t columns = call->pixels.shape.output_channels, lanes = call->gemm->lanes;
  if (columns % lanes == 0) {
    return lb_right_rows(call->gemm, dy, columns);
  }
  const int64_t stride = lb_divide_up(columns, lanes) * lanes;
  for (int64_t row = 0; row < rows; row++) {
    memcpy(copy + row * stride, dy + row * columns, (size_t)columns * sizeof(float));
    memset(copy + row * stride + columns, 0, (size_t)(stride - columns) * sizeof(float));
  }
  return lb_right_rows(call->gemm, copy, stride);
}

static void sum_part(void *context, int64_t part, int32_t worker) {
  const convolution *call = context;
  const lb_pixels *pixels = &call->pixels;
  const int64_t columns = pixels->shape.output_channels, depth = pixels->depth;
  const int64_t blocks = lb_divide_up(pixels->pixels, pixels->block);
  const int64_t end = lb_minimum(pixels->pixels, blocks * (part + 1) / call->parts * pixels->block);
  float *patches = lb_scratch(call->device, worker);
  float *copy = patches + lb_divide_up(pixels->block * depth + call->gemm->lanes, 16) * 16;
  float *sums = call->sums + part * call->part_floats;
  memset(sums, 0, (size_t)call->part_floats * sizeof(float));
  for (int64_t first = blocks * part / call->parts * pixels->block; first < end; first += pixels->block) {
    const int64_t rows = lb_minimum(pixels->block, end - first);
    const float *dy = call->dy + first * columns;
    if (call->weight_wanted) {
      call->loops->gather(pixels, call->x, first, rows, patches);
      call->gemm->product(depth, columns, rows, lb_left_columns(call->gemm, patches, depth),
                          right_gradients(call, dy, rows, copy), sums, columns, (lb_start){.accumulate = true});
    }
    if (call->bias_wanted) {
      call->loops->add_rows(dy, rows, columns, sums + depth * columns);
    }
  }
}

static void put(lb_gradient gradient, int64_t index, float value) {
  gradient.data[index] = gradient.accumulate ? gradient.data[index] + value : value;
}

/* The sum over the parts of element `index` of their sums. */
static float sum_of_parts(const convolution *call, int64_t index) {
  float sum = 0;
  for (int64_t part = 0; part < call->parts; part++) {
    sum += call->sums[part * call->part_floats + index];
  }
  return sum;
}

static void add_parts(const convolution *call, lb_gradient dweight, lb_gradient dbias) {
  const int64_t columns = call->pixels.shape.output_channels, channels = call->pixels.shape.input_channels;
  const int64_t places = (int64_t)call->pixels.shape.kernel * call->pixels.shape.kernel;
  for (int64_t out = 0; out < columns; out++) {
    for (int64_t index = 0; dweight.data != NULL && index < call->pixels.depth; index++) {
      put(dweight, (out * channels + index % channels) * places + index / channels,
          sum_of_parts(call, index * columns + out));
    }
    if (dbias.data != NULL) {
      put(dbias, out, sum_of_parts(call, call->pixels.depth * columns + out));
    }
  }
}

static lb_status find_weight_gradient(convolution *call, lb_gradient dweight, lb_gradient dbias) {
  const lb_pixels *pixels = &call->pixels;
  const int64_t columns = pixels->shape.output_channels, lanes = call->gemm->lanes;
  call->weight_wanted = dweight.data != NULL;
  call->bias_wanted = dbias.data != NULL;
  call->parts = lb_maximum(1, lb_minimum(lb_divide_up(pixels->pixels, pixels->block), 4 * call->device->threads));
  call->part_floats = lb_divide_up((pixels->depth + 1) * columns, 16) * 16;
  const int64_t copied = pixels->block * lb_divide_up(columns, lanes) * lanes;
  void *memory;
  LB_TRY(lb_reserve_scratch(call->device,
                            (size_t)(lb_divide_up(pixels->block * pixels->depth + lanes, 16) * 16 + copied) * 4));
  LB_TRY(lb_cpu_allocate(call->device, (size_t)(call->parts * call->part_floats) * sizeof(float), &memory));
  call->sums = memory;
  lb_parallel_for(call->device, call->parts, sum_part, call);
  add_parts(call, dweight, dbias);
  lb_cpu_release(call->device, memory);
  return LB_OK;
}

/* -- Input -------------------------------------------------------------------------------------------------------- */

static void add_strip(void *context, int64_t piece, int32_t worker) {
  const convolution *call = context;
  const lb_gemm *gemm = call->gemm;
  const lb_pixels *pixels = &call->pixels;
  const lb_convolution *shape = &pixels->shape;
  const int64_t image = piece / call->strips, line = piece % call->strips * call->lines;
  const int64_t end = lb_minimum(shape->height, line + call->lines);
  if (line >= end) {
    return;
  }
  if (!call->accumulate) {
    const int64_t floats = shape->width * shape->input_channels;
    memset(call->dx + (image * shape->height + line) * floats, 0, (size_t)((end - line) * floats) * sizeof(float));
  }
  /* The output lines y whose patches, lines y * stride - padding and `kernel` more, meet the strip. */
  const int64_t above = line + shape->padding - shape->kernel + 1;
  const int64_t from = above > 0 ? lb_divide_up(above, shape->stride) : 0;
  const int64_t to = lb_minimum(pixels->height, (end - 1 + shape->padding) / shape->stride + 1);
  const int64_t columns = shape->output_channels, depth = pixels->depth;
  const int64_t padded = lb_divide_up(depth, gemm->tile_columns) * gemm->tile_columns;
  const int64_t depth_block = lb_depth_block(columns), all = (image * pixels->height + to) * pixels->width;
  float *patches = lb_scratch(call->device, worker);
  for (int64_t first = (image * pixels->height + from) * pixels->width; first < all; first += pixels->block) {
    const int64_t rows = lb_minimum(pixels->block, all - first);
    for (int64_t k = 0; k < columns; k += depth_block) {
      const int64_t here = lb_minimum(depth_block, columns - k);
      gemm->product(rows, depth, here, lb_left_rows(gemm, call->dy + first * columns + k, columns),
                    lb_right_packed(gemm, call->weight + k * padded, here), patches, depth,
                    (lb_start){.accumulate = k > 0});
    }
    call->loops->scatter(pixels, patches, first, rows, line, end, call->dx);
  }
}

static lb_status find_input_gradient(convolution *call, const float *weight, lb_gradient dx) {
  const lb_gemm *gemm = call->gemm;
  const lb_pixels *pixels = &call->pixels;
  const int64_t columns = pixels->shape.output_channels, depth = pixels->depth, threads = call->device->threads;
  const int64_t padded = lb_divide_up(depth, gemm->tile_columns) * gemm->tile_columns;
  void *memory;
  LB_TRY(lb_reserve_scratch(call->device, (size_t)(pixels->block * depth) * sizeof(float)));
  LB_TRY(lb_cpu_allocate(call->device, (size_t)(columns * (padded + depth)) * sizeof(float), &memory));
  float *packed = memory, *ordered = packed + columns * padded;
  lb_order_weight(pixels, weight, ordered);
  const lb_lines lines = {ordered, LB_FLOAT32, depth, columns, 1, depth};
  for (int64_t k = 0; k < columns; k += lb_depth_block(columns)) {
    const int64_t here = lb_minimum(lb_depth_block(columns), columns - k);
    for (int64_t column = 0; column < depth; column += gemm->tile_columns) {
      gemm->pack(lines, column, gemm->tile_columns, k, here, packed + k * padded + column * here);
    }
  }
  call->weight = packed;
  call->dx = dx.data;
  call->accumulate = dx.accumulate;
  /* Few images are cut into strips, not too thin, for output lines on a border are computed on both sides. */
  call->strips = pixels->shape.images < 4 * threads ? lb_divide_up(4 * threads, pixels->shape.images) : 1;
  call->lines = lb_maximum(8 * (int64_t)pixels->shape.kernel, lb_divide_up(pixels->shape.height, call->strips));
  call->strips = lb_divide_up(pixels->shape.height, call->lines);
  lb_parallel_for(call->device, pixels->shape.images * call->strips, add_strip, call);
  lb_cpu_release(call->device, memory);
  return LB_OK;
}

lb_status lb_cpu_convolution_backward(lb_stream *stream, lb_convolution shape, const float *x, const float *weight,
                                      const float *dy, lb_gradient dx, lb_gradient dweight, lb_gradient dbias) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  convolution call = {.device = device, .gemm = lb_gemm_of(device), .loops = lb_pixel_loops_of(device), .x = x, .dy = dy};
  LB_TRY(lb_measure_pixels(device, "convolution_backward", shape, &call.pixels));
  LB_REQUIRE(device, call.pixels.pixels == 0 || (dy != NULL && (dx.data == NULL || weight != NULL) &&
                                                 (dweight.data == NULL || x != NULL)),
             "convolution_backward: no memory");
  if (dweight.data != NULL || dbias.data != NULL) {
    LB_TRY(find_weight_gradient(&call, dweight, dbias));
  }
  if (dx.data != NULL && call.pixels.pixels > 0) {
    LB_TRY(find_input_gradient(&call, weight, dx));
  }
  return LB_OK;
}
