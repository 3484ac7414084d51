/* Convolution forward: blocks of gathered patches times the packed weight. */
#include "convolution.h"

typedef struct {
  lb_device *device;
  const lb_gemm *gemm;
  const lb_pixel_loops *loops;
  lb_pixels pixels;
  const float *x, *weight, *bias; /* weight: packed, block of depth after block */
  float *y;
} convolution;

enum { blocks_of_piece = 4 };

static void forward_blocks(void *context, int64_t piece, int32_t worker) {
  const convolution *call = context;
  const lb_gemm *gemm = call->gemm;
  const lb_pixels *pixels = &call->pixels;
  const int64_t columns = pixels->shape.output_channels, depth = pixels->depth;
  const int64_t padded = lb_divide_up(columns, gemm->tile_columns) * gemm->tile_columns;
  const int64_t depth_block = lb_depth_block(depth), all = pixels->block * blocks_of_piece;
  const int64_t end = lb_minimum(pixels->pixels, (piece + 1) * all);
  float *patches = lb_scratch(call->device, worker);
  for (int64_t first = piece * all; first < end; first += pixels->block) {
    const int64_t rows = lb_minimum(pixels->block, end - first);
    call->loops->gather(pixels, call->x, first, rows, patches);
    for (int64_t k = 0; k < depth; k += depth_block) {
      const int64_t here = lb_minimum(depth_block, depth - k);
      gemm->product(rows, columns, here, lb_left_rows(gemm, patches + k, depth),
                    lb_right_packed(gemm, call->weight + k * padded, here), call->y + first * columns, columns,
                    (lb_start){.accumulate = k > 0, .bias = k == 0 ? call->bias : NULL});
    }
  }
}

lb_status lb_cpu_convolution_forward(lb_stream *stream, lb_convolution shape, const float *x, const float *weight,
                                     const float *bias, float *y) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  const lb_gemm *gemm = lb_gemm_of(device);
  convolution call = {.device = device, .gemm = gemm, .loops = lb_pixel_loops_of(device), .x = x, .bias = bias, .y = y};
  lb_pixels *pixels = &call.pixels;
  LB_TRY(lb_measure_pixels(device, "convolution_forward", shape, pixels));
  if (pixels->pixels == 0) {
    return LB_OK;
  }
  LB_REQUIRE(device, x != NULL && weight != NULL && y != NULL, "convolution_forward: no memory");
  const int64_t depth = pixels->depth, columns = shape.output_channels;
  const int64_t padded = lb_divide_up(columns, gemm->tile_columns) * gemm->tile_columns;
  void *memory;
  LB_TRY(lb_reserve_scratch(device, (size_t)(pixels->block * depth + gemm->lanes) * sizeof(float)));
  LB_TRY(lb_cpu_allocate(device, (size_t)(depth * (padded + columns)) * sizeof(float), &memory));
  float *packed = memory, *ordered = packed + depth * padded;
  lb_order_weight(pixels, weight, ordered);
  const lb_lines lines = {ordered, LB_FLOAT32, columns, depth, depth, 1};
  for (int64_t k = 0; k < depth; k += lb_depth_block(depth)) {
    const int64_t here = lb_minimum(lb_depth_block(depth), depth - k);
    for (int64_t column = 0; column < columns; column += gemm->tile_columns) {
      gemm->pack(lines, column, gemm->tile_columns, k, here, packed + k * padded + column * here);
    }
  }
  call.weight = packed;
  lb_parallel_for(device, lb_divide_up(pixels->pixels, pixels->block * blocks_of_piece), forward_blocks, &call);
  lb_cpu_release(device, memory);
  return LB_OK;
}
