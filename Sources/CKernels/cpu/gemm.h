/* Products of blocks of float32 matrices that lie in the cache: what matmul, convolution and attention are made of.
 *
 * Every sum is one chain of multiply-adds over the depth, in ascending order, in its own lane. So an element of a
 * result is the same bits in whichever tile, row or column it falls, and however its operands were laid out; a longer
 * depth is cut into blocks by `lb_depth_block`, which knows only the depth, and the blocks are added in order.
 * After Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
 */
#ifndef LIGHTBOX_GEMM_H
#define LIGHTBOX_GEMM_H

#include "cpu.h"

/* The left operand: element (r, k) of tile t is data[t * tile + r * row + k * depth]. */
typedef struct {
  const float *data;
  int64_t tile, row, depth;
} lb_left;

/* The right operand, in panels of `width` columns: element (k, j) of panel p is data[p * panel + k * depth + j], and of
 * LB_INT8_TILES its scale scales[p * scale_panel + k / LB_SCALED * LB_TILE_LINES + j]. Whole vectors of a tile are read. */
typedef struct {
  const void *data;
  lb_dtype dtype; /* LB_FLOAT32 or tiles */
  int64_t width, panel, depth;
  const float *scales;
  int64_t scale_panel;
} lb_right;

/* What a product is added to. */
typedef struct {
  bool accumulate;   /* what is in c, or nothing */
  const float *bias; /* one number for each column of c; NULL: none */
} lb_start;

/* A matrix to pack: element (line, k) is at data[line * line_stride + k * depth_stride]; one stride is 1. A line is a
 * row of the left operand, a column of the right one. */
typedef struct {
  const void *data;
  lb_dtype dtype;
  int64_t lines, depth, line_stride, depth_stride;
} lb_lines;

#define LB_THIN_ROWS 4

/* The kernels of one instruction set. */
typedef struct {
  int64_t lanes, tile_rows, tile_columns;
  /* c [rows, columns] = start + a b, c strided by c_row. Of tiles the depth begins with a scale. */
  void (*product)(int64_t rows, int64_t columns, int64_t depth, lb_left a, lb_right b, float *c, int64_t c_row,
                  lb_start start);
  /* Packs lines [line, line + width) at depths [k, k + depth) as out[k][width]; lines past the end are zeros. */
  void (*pack)(lb_lines source, int64_t line, int64_t width, int64_t k, int64_t depth, float *out);
  /* c [rows, columns] = start + a b for at most LB_THIN_ROWS rows, b not packed: its lines [column, column + columns)
   * at depths [k, k + depth). a and c begin there. */
  void (*thin)(int64_t rows, lb_left a, lb_lines b, int64_t column, int64_t columns, int64_t k, int64_t depth, float *c,
               int64_t c_row, lb_start start);
} lb_gemm;

const lb_gemm *lb_gemm_of(const lb_device *device);

enum { lb_longest_depth = 512 };

/* The depth of each block but the last, which may be shorter: whole groups of a scale. */
static inline int64_t lb_depth_block(int64_t depth) {
  const int64_t blocks = lb_maximum(1, lb_divide_up(depth, lb_longest_depth));
  return lb_maximum(1, lb_divide_up(lb_divide_up(depth, blocks), LB_SCALED)) * LB_SCALED;
}

/* Row-major operands in place, not packed. */
static inline lb_left lb_left_rows(const lb_gemm *gemm, const float *data, int64_t stride) {
  return (lb_left){data, gemm->tile_rows * stride, stride, 1};
}
static inline lb_left lb_left_columns(const lb_gemm *gemm, const float *data, int64_t stride) {
  return (lb_left){data, gemm->tile_rows, 1, stride};
}
static inline lb_right lb_right_rows(const lb_gemm *gemm, const float *data, int64_t stride) {
  return (lb_right){
      .data = data, .dtype = LB_FLOAT32, .width = gemm->tile_columns, .panel = gemm->tile_columns, .depth = stride};
}

/* Operands packed tile after tile at this depth. */
static inline lb_left lb_left_packed(const lb_gemm *gemm, const float *data, int64_t depth) {
  return (lb_left){data, gemm->tile_rows * depth, 1, gemm->tile_rows};
}
static inline lb_right lb_right_packed(const lb_gemm *gemm, const float *data, int64_t depth) {
  return (lb_right){.data = data,
                    .dtype = LB_FLOAT32,
                    .width = gemm->tile_columns,
                    .panel = gemm->tile_columns * depth,
                    .depth = gemm->tile_columns};
}

/* Declares a kernel for every instruction set. */
#define LB_EACH_LEVEL(name, ...) \
  void name##_portable(__VA_ARGS__); \
  void name##_avx2(__VA_ARGS__);     \
  void name##_avx512(__VA_ARGS__);

LB_EACH_LEVEL(lb_pack, lb_lines source, int64_t line, int64_t width, int64_t k, int64_t depth, float *out)
LB_EACH_LEVEL(lb_thin, int64_t rows, lb_left a, lb_lines b, int64_t column, int64_t columns, int64_t k, int64_t depth,
              float *c, int64_t c_row, lb_start start)

#endif
