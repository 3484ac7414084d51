/* The innermost product: a tile of sums held in registers, and blocks of such tiles. */
#ifdef LB_LEVEL

/* One tile, `rows` x `vectors` * LB_LANES; both are known where this is put in, so that the sums stay in registers. */
LB_INLINE void LB_NAME(tile)(int64_t rows, int64_t vectors, int64_t depth, const float *a, int64_t a_row,
                             int64_t a_depth, const float *b, int64_t b_depth, float *c, int64_t c_row,
                             int64_t columns, lb_start start) {
  floats sums[TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int64_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < vectors; v++) {
      sums[r][v] = (floats){0};
    }
  }
  for (int64_t k = 0; k < depth; k++) {
    floats right[2];
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < vectors; v++) {
      right[v] = load(b + v * LB_LANES);
    }
#pragma clang loop unroll(full)
    for (int64_t r = 0; r < rows; r++) {
      const floats left = broadcast(a[r * a_row]);
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < vectors; v++) {
        sums[r][v] = multiply_add(left, right[v], sums[r][v]);
      }
    }
    a += a_depth;
    b += b_depth;
  }
#pragma clang loop unroll(full)
  for (int64_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < vectors; v++) {
      float *to = c + r * c_row + v * LB_LANES;
      const int64_t left = columns - v * LB_LANES;
      floats y = sums[r][v];
      if (left >= LB_LANES) {
        y = start.accumulate ? load(to) + y : y;
        y = start.bias != NULL ? y + load(start.bias + v * LB_LANES) : y;
        store(to, y);
      } else if (left > 0) {
        y = start.accumulate ? load_some(to, left) + y : y;
        y = start.bias != NULL ? y + load_some(start.bias + v * LB_LANES, left) : y;
        store_some(to, y, left);
      }
    }
  }
}

/* A tile of any size; the usual one, whole and packed, is apart. */
static void LB_NAME(any_tile)(int64_t rows, int64_t depth, const float *a, int64_t a_row, int64_t a_depth,
                              const float *b, int64_t b_depth, float *c, int64_t c_row, int64_t columns,
                              lb_start start) {
  if (rows == TILE_ROWS && columns > LB_LANES && a_row == 1 && a_depth == TILE_ROWS) {
    LB_NAME(tile)(TILE_ROWS, 2, depth, a, 1, TILE_ROWS, b, b_depth, c, c_row, columns, start);
    return;
  }
#define CASE(n)                                                                                   \
  case n:                                                                                         \
    if (columns > LB_LANES) {                                                                     \
      LB_NAME(tile)(n, 2, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);        \
    } else {                                                                                      \
      LB_NAME(tile)(n, 1, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);        \
    }                                                                                             \
    break;
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4)
#if LB_LANES > 4
    CASE(5) CASE(6)
#endif
#if LB_LANES > 8
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#endif
  }
#undef CASE
}

/* Tiles of the right operand pass by one of the left, or the other way round: whichever operand is the smaller stays in
 * the cache and passes by each tile of the other. */
static void LB_NAME(product)(int64_t rows, int64_t columns, int64_t depth, lb_left a, lb_right b, float *c,
                             int64_t c_row, lb_start start) {
  const int64_t width = 2 * LB_LANES;
  const int64_t down = lb_divide_up(rows, TILE_ROWS), across = lb_divide_up(columns, width);
  const bool rows_outside = rows > columns;
  for (int64_t tile = 0; tile < down * across; tile++) {
    const int64_t i = rows_outside ? tile / across : tile % down, j = rows_outside ? tile % across : tile / down;
    const lb_start here = {start.accumulate, start.bias != NULL ? start.bias + j * width : NULL};
    LB_NAME(any_tile)(lb_minimum(rows - i * TILE_ROWS, TILE_ROWS), depth, a.data + i * a.tile, a.row, a.depth,
                      b.data + j * b.tile, b.depth, c + i * TILE_ROWS * c_row + j * width, c_row,
                      lb_minimum(columns - j * width, width), here);
  }
}

static const lb_gemm LB_NAME(gemm) = {LB_LANES, TILE_ROWS, 2 * LB_LANES, LB_NAME(product), LB_NAME(lb_pack),
                                      LB_NAME(lb_thin)};

#else
#include "gemm.h"

/* As many sums as the registers hold beside two vectors of b and one of a. */
#define TILE_ROWS (LB_LANES == 16 ? 12 : LB_LANES == 8 ? 6 : 4)

#define LB_LOOPS "gemm.c"
#include "levels.h"

const lb_gemm *lb_gemm_of(const lb_device *device) { return LB_BEST(device, &gemm); }

#endif
