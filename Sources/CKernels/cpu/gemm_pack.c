/* Packing: copies a block of a matrix into the order in which the tiles of a product read it. */
#ifdef LB_LEVEL

#include "gemm_square.h"

/* Lines lie along the memory: each depth is copied. */
LB_INLINE void LB_NAME(pack_along)(const void *data, bool half, int64_t stride, int64_t lines, int64_t width,
                                   int64_t depth, float *out) {
  enum { ahead = 16 }; /* depths; the processor does not foresee steps of a whole stride */
  for (int64_t k = 0; k < depth; k++) {
    for (int64_t line = 0; line < width; line += LB_LANES) {
      const int64_t count = lb_minimum(lines - line, LB_LANES);
      __builtin_prefetch((const char *)data + ((k + ahead) * stride + line) * (half ? 2 : 4));
      const floats x = count > 0 ? load_lines(data, half, k * stride + line, count) : (floats){0};
      /* A lone group may run over into the next depth, which is written after it; the last depth may not. */
      if (width - line >= LB_LANES || (line == 0 && k + 1 < depth)) {
        store(out + line, x);
      } else {
        store_some(out + line, x, width - line);
      }
    }
    out += width;
  }
}

/* Depths lie along the memory: squares of LB_LANES lines and depths are transposed. */
LB_INLINE void LB_NAME(pack_across)(const void *data, bool half, int64_t stride, int64_t lines, int64_t width,
                                    int64_t depth, float *out) {
  for (int64_t k = 0; k < depth; k += LB_LANES) {
    const int64_t depths = lb_minimum(depth - k, LB_LANES);
    for (int64_t line = 0; line < width; line += LB_LANES) {
      floats x[LB_LANES];
#pragma clang loop unroll(full)
      for (int64_t i = 0; i < LB_LANES; i++) {
        x[i] = line + i < lines ? load_lines(data, half, (line + i) * stride + k, depths) : (floats){0};
      }
      transpose(x);
      float *to = out + k * width + line;
      const bool whole = width - line >= LB_LANES;
      if (depths == LB_LANES && (whole || (line == 0 && k + depths < depth))) { /* see above */
#pragma clang loop unroll(full)
        for (int64_t i = 0; i < LB_LANES; i++) {
          store(to + i * width, x[i]);
        }
        continue;
      }
      for (int64_t i = 0; i < depths; i++) {
        if (whole) {
          store(to + i * width, x[i]);
        } else {
          store_some(to + i * width, x[i], width - line);
        }
      }
    }
  }
}

void LB_NAME(lb_pack)(lb_lines source, int64_t line, int64_t width, int64_t k, int64_t depth, float *out) {
  const bool half = source.dtype == LB_BFLOAT16;
  const int64_t lines = lb_minimum(source.lines - line, width);
  const char *data = (const char *)source.data +
                     (line * source.line_stride + k * source.depth_stride) * (half ? 2 : 4);
  if (source.line_stride == 1 && half) {
    LB_NAME(pack_along)(data, true, source.depth_stride, lines, width, depth, out);
  } else if (source.line_stride == 1) {
    LB_NAME(pack_along)(data, false, source.depth_stride, lines, width, depth, out);
  } else if (half) {
    LB_NAME(pack_across)(data, true, source.line_stride, lines, width, depth, out);
  } else {
    LB_NAME(pack_across)(data, false, source.line_stride, lines, width, depth, out);
  }
}

#else
#include "gemm.h"

#include <string.h>

#define LB_LOOPS "gemm_pack.c"
#include "levels.h"

#endif
