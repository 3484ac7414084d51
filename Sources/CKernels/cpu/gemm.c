/* The innermost product: a tile of sums held in registers, and blocks of such tiles. */
#ifdef LB_LEVEL

/* Where vectors of the right operand begin: two of them side by side from each place. */
typedef struct {
  const char *data[2];
  const float *scales[2];
} LB_NAME(places);
#define places LB_NAME(places)

/* A vector as it is stored, widened. */
LB_INLINE floats LB_NAME(load_right)(lb_dtype dtype, const char *at, int64_t v, floats scale) {
  if (dtype == LB_FLOAT32) {
    return load((const float *)at + v * LB_LANES);
  }
  if (dtype == LB_BFLOAT16_TILES) { /* the upper half of a float32 */
    typedef uint16_t halves __attribute__((vector_size(LB_LANES * 2)));
    typedef uint32_t words __attribute__((vector_size(LB_LANES * 4)));
    halves x;
    __builtin_memcpy(&x, at + v * LB_LANES * 2, sizeof x);
    return (floats)(__builtin_convertvector(x, words) << 16);
  }
  typedef int8_t bytes __attribute__((vector_size(LB_LANES)));
  bytes x;
  __builtin_memcpy(&x, at + v * LB_LANES, sizeof x);
  return __builtin_convertvector(x, floats) * scale;
}

/* One tile, `rows` x `vectors` * LB_LANES; both are known where this is put in, so that the sums stay in registers. */
LB_INLINE void LB_NAME(tile)(lb_dtype dtype, int64_t rows, int64_t vectors, int64_t depth, const float *a,
                             int64_t a_row, int64_t a_depth, places b, int64_t b_depth, float *c, int64_t c_row,
                             int64_t columns, lb_start start) {
  const int64_t step = b_depth * (dtype == LB_FLOAT32 ? 4 : dtype == LB_BFLOAT16_TILES ? 2 : 1);
  floats sums[TILE_ROWS][MOST_VECTORS], scales[MOST_VECTORS] = {0};
#pragma clang loop unroll(full)
  for (int64_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < vectors; v++) {
      sums[r][v] = (floats){0};
    }
  }
  for (int64_t k = 0; k < depth;) {
    const int64_t end = dtype == LB_INT8_TILES ? lb_minimum(depth, k + LB_SCALED) : depth;
    if (dtype == LB_INT8_TILES) {
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < vectors; v++) {
        scales[v] = load(b.scales[v / 2] + v % 2 * LB_LANES);
      }
      b.scales[0] += LB_TILE_LINES;
      b.scales[1] += LB_TILE_LINES;
    }
    for (; k < end; k++) {
      floats right[MOST_VECTORS];
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < vectors; v++) {
        right[v] = LB_NAME(load_right)(dtype, b.data[v / 2], v % 2, scales[v]);
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
      b.data[0] += step;
      if (vectors > 2) {
        b.data[1] += step;
      }
    }
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

/* A tile of any size; the usual one, whole and packed, is apart, and so are the long ones of one or two rows, in which
 * a sum need not wait for the one before. */
LB_INLINE void LB_NAME(any_tile)(lb_dtype dtype, int64_t rows, int64_t depth, const float *a, int64_t a_row,
                                 int64_t a_depth, places b, int64_t b_depth, float *c, int64_t c_row, int64_t columns,
                                 lb_start start) {
  if (rows == TILE_ROWS && columns > LB_LANES && a_row == 1 && a_depth == TILE_ROWS) {
    LB_NAME(tile)(dtype, TILE_ROWS, 2, depth, a, 1, TILE_ROWS, b, b_depth, c, c_row, columns, start);
    return;
  }
  if (columns > 2 * LB_LANES) {
    if (rows == 1) {
      LB_NAME(tile)(dtype, 1, 4, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);
    } else {
      LB_NAME(tile)(dtype, 2, 4, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);
    }
    return;
  }
#define CASE(n)                                                                                   \
  case n:                                                                                         \
    if (columns > LB_LANES) {                                                                     \
      LB_NAME(tile)(dtype, n, 2, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start); \
    } else {                                                                                      \
      LB_NAME(tile)(dtype, n, 1, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start); \
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

/* The same for each storage, once in the program. */
static void LB_NAME(float_tile)(int64_t rows, int64_t depth, const float *a, int64_t a_row, int64_t a_depth, places b,
                                int64_t b_depth, float *c, int64_t c_row, int64_t columns, lb_start start) {
  LB_NAME(any_tile)(LB_FLOAT32, rows, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);
}

static void LB_NAME(bfloat16_tile)(int64_t rows, int64_t depth, const float *a, int64_t a_row, int64_t a_depth,
                                   places b, int64_t b_depth, float *c, int64_t c_row, int64_t columns,
                                   lb_start start) {
  LB_NAME(any_tile)(LB_BFLOAT16_TILES, rows, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);
}

static void LB_NAME(int8_tile)(int64_t rows, int64_t depth, const float *a, int64_t a_row, int64_t a_depth, places b,
                               int64_t b_depth, float *c, int64_t c_row, int64_t columns, lb_start start) {
  LB_NAME(any_tile)(LB_INT8_TILES, rows, depth, a, a_row, a_depth, b, b_depth, c, c_row, columns, start);
}

/* Where the columns from `column` on begin, and those a tile further. */
LB_INLINE places LB_NAME(places_at)(lb_right b, int64_t column, int64_t width) {
  const int64_t bytes = b.dtype == LB_FLOAT32 ? 4 : b.dtype == LB_BFLOAT16_TILES ? 2 : 1;
  places at = {0};
  for (int64_t i = 0; i < 2; i++) {
    const int64_t panel = (column + i * width) / b.width, inside = (column + i * width) % b.width;
    at.data[i] = (const char *)b.data + (panel * b.panel + inside) * bytes;
    at.scales[i] = b.dtype == LB_INT8_TILES ? b.scales + panel * b.scale_panel + inside : NULL;
  }
  return at;
}

/* Tiles of the right operand pass by one of the left, or the other way round: whichever operand is the smaller stays in
 * the cache and passes by each tile of the other. */
static void LB_NAME(product)(int64_t rows, int64_t columns, int64_t depth, lb_left a, lb_right b, float *c,
                             int64_t c_row, lb_start start) {
  const int64_t width = 2 * LB_LANES, at_once = rows <= 2 && b.dtype != LB_FLOAT32 ? 2 * width : width;
  const int64_t down = lb_divide_up(rows, TILE_ROWS), across = lb_divide_up(columns, at_once);
  const bool rows_outside = rows > columns;
  for (int64_t tile = 0; tile < down * across; tile++) {
    const int64_t i = rows_outside ? tile / across : tile % down, j = rows_outside ? tile % across : tile / down;
    const lb_start here = {start.accumulate, start.bias != NULL ? start.bias + j * at_once : NULL};
    const int64_t here_rows = lb_minimum(rows - i * TILE_ROWS, TILE_ROWS);
    const int64_t here_columns = lb_minimum(columns - j * at_once, at_once);
    const places at = LB_NAME(places_at)(b, j * at_once, width);
    const float *left = a.data + i * a.tile;
    float *to = c + i * TILE_ROWS * c_row + j * at_once;
    switch (b.dtype) {
      case LB_BFLOAT16_TILES:
        LB_NAME(bfloat16_tile)(here_rows, depth, left, a.row, a.depth, at, b.depth, to, c_row, here_columns, here);
        break;
      case LB_INT8_TILES:
        LB_NAME(int8_tile)(here_rows, depth, left, a.row, a.depth, at, b.depth, to, c_row, here_columns, here);
        break;
      default:
        LB_NAME(float_tile)(here_rows, depth, left, a.row, a.depth, at, b.depth, to, c_row, here_columns, here);
    }
  }
}

#undef places

static const lb_gemm LB_NAME(gemm) = {LB_LANES, TILE_ROWS, 2 * LB_LANES, LB_NAME(product), LB_NAME(lb_pack),
                                      LB_NAME(lb_thin)};

#else
#include "gemm.h"

/* As many sums as the registers hold beside two vectors of b and one of a. */
#define TILE_ROWS (LB_LANES == 16 ? 12 : LB_LANES == 8 ? 6 : 4)

#define MOST_VECTORS 4

#define LB_LOOPS "gemm.c"
#include "levels.h"

const lb_gemm *lb_gemm_of(const lb_device *device) { return LB_BEST(device, &gemm); }

#endif
