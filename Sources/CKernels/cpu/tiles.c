/* Matrices in tiles (see lb_matrix): made from rows, and back. */
#ifdef LB_LEVEL
#include "functions.h"

/* Numbers i ... i + LB_LANES - 1 of a row stored as float32 or bfloat16. */
LB_INLINE floats LB_NAME(load_row)(const void *row, bool half, int64_t i) {
  if (!half) {
    return load((const float *)row + i);
  }
  typedef uint16_t halves __attribute__((vector_size(LB_LANES * 2)));
  typedef uint32_t words __attribute__((vector_size(LB_LANES * 4)));
  halves x;
  __builtin_memcpy(&x, (const uint16_t *)row + i, sizeof x);
  return (floats)(__builtin_convertvector(x, words) << 16);
}

/* One group of LB_SCALED numbers as int8, those of LB_TILE_LINES rows side by side; gives its scale. */
LB_INLINE float LB_NAME(quantize)(const float *x, int8_t *tile) {
  floats largest = {0}, fault = {0};
  for (int64_t i = 0; i < LB_SCALED; i += LB_LANES) {
    const floats here = load(x + i);
    largest = maximum(largest, absolute(here));
    fault += here - here; /* no number where one is none or infinite */
  }
  const float most = maximum_lanes(largest), scale = most / 127 + sum_lanes(fault);
  const float inverse = most > 0 && scale == scale ? 127 / most : 0;
  for (int64_t i = 0; i < LB_SCALED; i += LB_LANES) {
    const floats here = load(x + i);
    /* 127 / most overflows for the smallest numbers of all, which become 127 then. */
    const floats scaled = round_even(maximum(broadcast(-127), minimum(broadcast(127), here * inverse)));
    const integers whole = __builtin_convertvector(select(scaled == scaled, scaled, broadcast(0)), integers);
    for (int64_t lane = 0; lane < LB_LANES; lane++) {
      tile[(i + lane) * LB_TILE_LINES] = (int8_t)whole[lane];
    }
  }
  return scale;
}

/* One tile, its rows a group of columns at a time. */
static void LB_NAME(into_tile)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const tiling *call = context;
  const int64_t columns = call->tiles.columns, blocks = lb_divide_up(columns, LB_SCALED);
  const int64_t first = piece * LB_TILE_LINES, lines = lb_minimum(LB_TILE_LINES, call->tiles.rows - first);
  const bool half = call->rows.dtype == LB_BFLOAT16, whole = call->tiles.dtype == LB_INT8_TILES;
  int8_t *numbers = (int8_t *)call->tiles.data + first * columns;
  uint16_t *halves = (uint16_t *)call->tiles.data + first * columns;
  float *scales = call->scales + first * blocks;
  for (int64_t block = 0; block < blocks; block++) {
    const int64_t start = block * LB_SCALED, count = lb_minimum(LB_SCALED, columns - start);
    int8_t group[LB_SCALED * LB_TILE_LINES];
    for (int64_t line = 0; line < LB_TILE_LINES; line++) {
      float x[LB_SCALED] = {0};
      if (line < lines) {
        const char *row = (const char *)call->rows.data + ((first + line) * call->rows.stride + start) * (half ? 2 : 4);
        if (count < LB_SCALED) {
          for (int64_t i = 0; i < count; i++) {
            x[i] = number_at(row, half, i);
          }
        } else {
          for (int64_t i = 0; i < LB_SCALED; i += LB_LANES) {
            store(x + i, LB_NAME(load_row)(row, half, i));
          }
        }
      }
      if (whole) {
        scales[block * LB_TILE_LINES + line] = LB_NAME(quantize)(x, group + line);
      } else {
        for (int64_t i = 0; i < count; i++) {
          halves[(start + i) * LB_TILE_LINES + line] = round_to_bfloat16(x[i]);
        }
      }
    }
    if (whole) {
      memcpy(numbers + start * LB_TILE_LINES, group, (size_t)(count * LB_TILE_LINES));
    }
  }
}

#else
#include "cpu.h"

#include <string.h>

typedef struct {
  lb_matrix tiles, rows;
  float *scales;
  const int32_t *indices; /* which rows of the tiles; NULL: all, in order */
  int64_t rows_of_piece;
} tiling;

static inline uint16_t round_to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x == x ? (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16) : (uint16_t)(bits >> 16 | 0x40);
}

static inline float from_bfloat16(uint16_t half) {
  const uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline float number_at(const char *row, bool half, int64_t i) {
  if (!half) {
    float x;
    memcpy(&x, row + i * 4, sizeof x);
    return x;
  }
  uint16_t x;
  memcpy(&x, row + i * 2, sizeof x);
  return from_bfloat16(x);
}

#define LB_LOOPS "tiles.c"
#include "levels.h"

float *lb_tile_scales(lb_matrix matrix) {
  const int64_t rows = lb_divide_up(matrix.rows, LB_TILE_LINES) * LB_TILE_LINES;
  return (float *)((char *)matrix.data + rows * matrix.columns);
}

lb_status lb_copy_into_tiles(lb_device *device, lb_matrix source, lb_matrix tiles) {
  tiling call = {.tiles = tiles, .rows = source, .scales = lb_tile_scales(tiles)};
  if (tiles.columns > 0) {
    lb_parallel_for(device, lb_divide_up(tiles.rows, LB_TILE_LINES), LB_BEST(device, into_tile), &call);
  }
  return LB_OK;
}

/* Some rows out of the tiles. */
static void from_tiles(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const tiling *call = context;
  const int64_t columns = call->tiles.columns, blocks = lb_divide_up(columns, LB_SCALED);
  const int64_t first = piece * call->rows_of_piece, end = lb_minimum(call->rows.rows, first + call->rows_of_piece);
  for (int64_t r = first; r < end; r++) {
    const int64_t row = call->indices != NULL ? call->indices[r] : r;
    const int64_t tile = row / LB_TILE_LINES, line = row % LB_TILE_LINES;
    const int64_t start = tile * LB_TILE_LINES * columns + line;
    float *to = (float *)call->rows.data + r * call->rows.stride;
    uint16_t *half = (uint16_t *)call->rows.data + r * call->rows.stride;
    for (int64_t c = 0; c < columns; c++) {
      const int64_t at = start + c * LB_TILE_LINES;
      float x;
      if (call->tiles.dtype == LB_BFLOAT16_TILES) {
        x = from_bfloat16(((const uint16_t *)call->tiles.data)[at]);
      } else {
        x = (float)((const int8_t *)call->tiles.data)[at] *
            call->scales[(tile * blocks + c / LB_SCALED) * LB_TILE_LINES + line];
      }
      if (call->rows.dtype == LB_BFLOAT16) {
        half[c] = round_to_bfloat16(x);
      } else {
        to[c] = x;
      }
    }
  }
}

static lb_status run_from_tiles(lb_device *device, tiling call) {
  call.scales = lb_tile_scales(call.tiles);
  call.rows_of_piece = lb_rows_of_piece(call.tiles.columns * 8); /* slower than rows */
  if (call.tiles.columns > 0) {
    lb_parallel_for(device, lb_divide_up(call.rows.rows, call.rows_of_piece), from_tiles, &call);
  }
  return LB_OK;
}

lb_status lb_copy_from_tiles(lb_device *device, lb_matrix tiles, lb_matrix destination) {
  return run_from_tiles(device, (tiling){.tiles = tiles, .rows = destination});
}

lb_status lb_gather_tiles(lb_device *device, lb_matrix tiles, const int32_t *indices, int64_t n, float *y) {
  const lb_matrix rows = {.data = y, .dtype = LB_FLOAT32, .rows = n, .columns = tiles.columns, .stride = tiles.columns};
  return run_from_tiles(device, (tiling){.tiles = tiles, .rows = rows, .indices = indices});
}
#endif
