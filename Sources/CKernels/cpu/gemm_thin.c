/* Products of very few rows: the right operand is read once, where it is, at the speed of memory. The sums are those of
 * the tiles of gemm.c, in the same order. */
#ifdef LB_LEVEL

#include "gemm_square.h"

/* Adds the sum of one block of depth to c, as a tile does. */
LB_INLINE void LB_NAME(finish)(floats sum, float *c, const float *bias, bool accumulate, int64_t count) {
  sum = accumulate ? load_some(c, count) + sum : sum;
  sum = bias != NULL ? sum + load_some(bias, count) : sum;
  store_some(c, sum, count);
}

/* Adds depth i of a square to the sums. */
LB_INLINE void LB_NAME(add_depth)(int64_t rows, bool half, const floats *square, int64_t i, const float *a,
                                  int64_t a_row, floats *sums) {
  floats x = square[half ? i / 2 : i];
  if (half) {
    x = (floats)(i % 2 == 0 ? (integers)x << 16 : (integers)x & (int32_t)0xffff0000);
  }
#pragma clang loop unroll(full)
  for (int64_t r = 0; r < rows; r++) {
    sums[r] = multiply_add(broadcast(a[r * a_row]), x, sums[r]);
  }
}

/* A square of LB_LANES columns from `column` on, the last of which is `last`, transposed: each vector has one depth of
 * all the columns, or, of bfloat16, two depths, one in each half of a word. */
LB_INLINE void LB_NAME(load_square)(const void *data, bool half, int64_t stride, int64_t column, int64_t last,
                                    int64_t k, int64_t depths, floats *x) {
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < LB_LANES; i++) {
    const int64_t at = lb_minimum(column + i, last) * stride + k;
    if (!half) {
      x[i] = depths >= LB_LANES ? load((const float *)data + at) : load_some((const float *)data + at, depths);
    } else if (depths >= 2 * LB_LANES) {
      floats pairs;
      memcpy(&pairs, (const uint16_t *)data + at, sizeof pairs);
      x[i] = pairs;
    } else {
      float some[LB_LANES] = {0};
      memcpy(some, (const uint16_t *)data + at, (size_t)depths * sizeof(uint16_t));
      x[i] = load(some);
    }
  }
  transpose(x);
}

/* Depths lie along the memory: squares are transposed in registers, for one or two rows those of two groups of
 * columns in turn, so that the processor need not wait for one chain of sums. */
LB_INLINE void LB_NAME(thin_across)(int64_t rows, bool half, lb_left a, const void *data, int64_t stride,
                                    int64_t columns, int64_t depth, float *c, int64_t c_row, lb_start start) {
  const int64_t groups = rows <= 2 ? 2 : 1;
  const int64_t step = half ? 2 * LB_LANES : LB_LANES;
  for (int64_t column = 0; column < columns; column += groups * LB_LANES) {
    floats sums[2][LB_THIN_ROWS] = {0};
    for (int64_t k = 0; k < depth; k += step) {
      const int64_t depths = lb_minimum(depth - k, step);
      const float *left = a.data + k * a.depth;
#pragma clang loop unroll(full)
      for (int64_t group = 0; group < groups; group++) {
        floats x[LB_LANES];
        LB_NAME(load_square)(data, half, stride, column + group * LB_LANES, columns - 1, k, depths, x);
        if (depths == step) {
#pragma clang loop unroll(full)
          for (int64_t i = 0; i < step; i++) {
            LB_NAME(add_depth)(rows, half, x, i, left + i * a.depth, a.row, sums[group]);
          }
        } else {
          for (int64_t i = 0; i < depths; i++) {
            LB_NAME(add_depth)(rows, half, x, i, left + i * a.depth, a.row, sums[group]);
          }
        }
      }
    }
#pragma clang loop unroll(full)
    for (int64_t group = 0; group < groups; group++) {
      const int64_t at = column + group * LB_LANES;
      for (int64_t r = 0; r < rows && at < columns; r++) {
        LB_NAME(finish)(sums[group][r], c + r * c_row + at, start.bias != NULL ? start.bias + at : NULL,
                        start.accumulate, lb_minimum(columns - at, LB_LANES));
      }
    }
  }
}

/* Columns lie along the memory: as many vectors of them as the registers have sums for. */
LB_INLINE void LB_NAME(thin_along)(int64_t rows, bool half, lb_left a, const void *data, int64_t stride,
                                   int64_t columns, int64_t depth, float *c, int64_t c_row, lb_start start) {
  enum { vectors = LB_LANES == 16 ? 4 : 2, ahead = 12 };
  for (int64_t column = 0; column < columns; column += vectors * LB_LANES) {
    floats sums[LB_THIN_ROWS][vectors] = {0};
    const int64_t left = columns - column;
    for (int64_t k = 0; k < depth; k++) {
      floats x[vectors];
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < vectors; v++) {
        const int64_t count = lb_minimum(left - v * LB_LANES, LB_LANES);
        const int64_t at = k * stride + column + v * LB_LANES;
        x[v] = count > 0 ? load_lines(data, half, at, count) : (floats){0};
        if (k + ahead < depth && count > 0) {
          __builtin_prefetch((const char *)data + (at + ahead * stride) * (half ? 2 : 4));
        }
      }
#pragma clang loop unroll(full)
      for (int64_t r = 0; r < rows; r++) {
        const floats factor = broadcast(a.data[r * a.row + k * a.depth]);
#pragma clang loop unroll(full)
        for (int64_t v = 0; v < vectors; v++) {
          sums[r][v] = multiply_add(factor, x[v], sums[r][v]);
        }
      }
    }
#pragma clang loop unroll(full)
    for (int64_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < vectors; v++) {
        const int64_t at = column + v * LB_LANES;
        if (at < columns) {
          LB_NAME(finish)(sums[r][v], c + r * c_row + at, start.bias != NULL ? start.bias + at : NULL,
                          start.accumulate, lb_minimum(columns - at, LB_LANES));
        }
      }
    }
  }
}

LB_INLINE void LB_NAME(thin_rows)(int64_t rows, lb_left a, lb_lines b, int64_t column, int64_t columns, int64_t k,
                                  int64_t depth, float *c, int64_t c_row, lb_start start) {
  const bool half = b.dtype == LB_BFLOAT16;
  const char *data = (const char *)b.data + (column * b.line_stride + k * b.depth_stride) * (half ? 2 : 4);
  if (b.line_stride == 1 && half) {
    LB_NAME(thin_along)(rows, true, a, data, b.depth_stride, columns, depth, c, c_row, start);
  } else if (b.line_stride == 1) {
    LB_NAME(thin_along)(rows, false, a, data, b.depth_stride, columns, depth, c, c_row, start);
  } else if (half) {
    LB_NAME(thin_across)(rows, true, a, data, b.line_stride, columns, depth, c, c_row, start);
  } else {
    LB_NAME(thin_across)(rows, false, a, data, b.line_stride, columns, depth, c, c_row, start);
  }
}

void LB_NAME(lb_thin)(int64_t rows, lb_left a, lb_lines b, int64_t column, int64_t columns, int64_t k, int64_t depth,
                      float *c, int64_t c_row, lb_start start) {
  switch (rows) {
    case 1: LB_NAME(thin_rows)(1, a, b, column, columns, k, depth, c, c_row, start); break;
    case 2: LB_NAME(thin_rows)(2, a, b, column, columns, k, depth, c, c_row, start); break;
    case 3: LB_NAME(thin_rows)(3, a, b, column, columns, k, depth, c, c_row, start); break;
    case 4: LB_NAME(thin_rows)(4, a, b, column, columns, k, depth, c, c_row, start); break;
  }
}

#else
#include "gemm.h"

#include <string.h>

#define LB_LOOPS "gemm_thin.c"
#include "levels.h"

#endif
