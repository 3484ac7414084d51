/* Matrix products: cuts them into blocks that fit the caches and shares the blocks among the workers.
 *
 * Very few rows: every worker takes columns of the result and reads them of b where they are.
 *
 * By columns, for few rows: all workers pack a together; then each takes columns of the result, packs them of b into its
 * own cache and multiplies all rows by them, so b is read once, at the speed of memory. By rows: all workers pack a chunk
 * of b together, and then each takes rows. Where b lies in tiles, by columns without packing b. A sum is over blocks of depth in ascending order in all cases (see gemm.h), so
 * a row is the same bits whatever other rows there are.
 */
#include "gemm.h"

#include <stdio.h>

enum {
  tile_by_tile_rows = 48,    /* at most: a tile of b is used at once, from the first-level cache */
  few_rows = 144,            /* one block of rows in the second-level cache */
  chunk_floats = 1 << 21,    /* of the packed operand, in the third-level cache */
  chunk_columns = 4096,
  column_tiles = 8,          /* of a piece of the result by columns */
  shared_tiles = 4,          /* that a worker packs at a time */
  few_columns = 128,         /* too few to pay for packing the left operand */
};

typedef struct {
  const lb_gemm *gemm;
  lb_lines left, right;
  const float *scales;      /* of a right operand in tiles of int8 */
  float *c;
  int64_t c_row;
  lb_start start;
  int64_t depth_block;      /* what a sum is cut into */
  int64_t k, depth;         /* the chunk of depth at work, whole blocks */
  int64_t column, columns;  /* the chunk of columns at work */
  int64_t tiles_of_piece;   /* rows or columns, in tiles */
  bool left_in_place;       /* the left operand is read where it is */
  float *shared;            /* the packed operand that all workers read */
  lb_device *device;
} product;

static lb_start start_at(const product *call, int64_t k, int64_t column) {
  return (lb_start){call->start.accumulate || k > 0,
                    call->start.bias != NULL && k == 0 ? call->start.bias + column : NULL};
}

static int64_t depth_at(const product *call, int64_t k) {
  return lb_minimum(call->depth_block, call->k + call->depth - k);
}

/* The left operand at rows from `row` and depths from `k`, where it is. */
static lb_left left_in_place(const product *call, int64_t row, int64_t k) {
  const lb_lines *left = &call->left;
  return (lb_left){(const float *)left->data + row * left->line_stride + k * left->depth_stride,
                   call->gemm->tile_rows * left->line_stride, left->line_stride, left->depth_stride};
}

/* Packs `tiles` tiles of `width` lines from line `first`, at depths [k, k + depth), tile after tile. */
static void pack_tiles(const lb_gemm *gemm, lb_lines source, int64_t first, int64_t tiles, int64_t width, int64_t k,
                       int64_t depth, float *out) {
  /* Where lines lie along the memory, a few depths of all tiles at a time, so that memory is read in long runs. */
  const int64_t step = source.line_stride == 1 && tiles > 1 ? 16 : lb_maximum(depth, 1);
  for (int64_t done = 0; done < depth; done += step) {
    for (int64_t tile = 0; tile < tiles; tile++) {
      gemm->pack(source, first + tile * width, width, k + done, lb_minimum(step, depth - done),
                 out + (tile * depth + done) * width);
    }
  }
}

/* Packs some tiles of the shared operand at all depths of the chunk: block after block, and in a block tile after tile. */
static void pack_shared(const product *call, lb_lines source, int64_t first, int64_t lines, int64_t width,
                        int64_t piece) {
  const int64_t tiles = lb_divide_up(lines, width);
  const int64_t tile = piece * shared_tiles, count = lb_minimum(shared_tiles, tiles - tile);
  for (int64_t k = call->k; k < call->k + call->depth; k += call->depth_block) {
    const int64_t depth = depth_at(call, k);
    float *out = call->shared + (k - call->k) * tiles * width + tile * depth * width;
    pack_tiles(call->gemm, source, first + tile * width, count, width, k, depth, out);
  }
}

static void pack_left(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const product *call = context;
  pack_shared(call, call->left, 0, call->left.lines, call->gemm->tile_rows, piece);
}

static void pack_right(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const product *call = context;
  pack_shared(call, call->right, call->column, call->columns, call->gemm->tile_columns, piece);
}

/* By columns: some tiles of them, all rows. */
static void multiply_columns(void *context, int64_t piece, int32_t worker) {
  const product *call = context;
  const lb_gemm *gemm = call->gemm;
  float *packed = lb_scratch(call->device, worker);
  const int64_t rows = call->left.lines;
  const int64_t padded = lb_divide_up(rows, gemm->tile_rows) * gemm->tile_rows;
  const int64_t first = call->column + piece * call->tiles_of_piece * gemm->tile_columns;
  const int64_t end = lb_minimum(call->column + call->columns, first + call->tiles_of_piece * gemm->tile_columns);
  const bool tile_by_tile = call->right.line_stride != 1 && rows <= tile_by_tile_rows;
  const int64_t columns = (tile_by_tile ? 1 : call->tiles_of_piece) * gemm->tile_columns;
  int64_t k = call->k;
  do {
    const int64_t depth = depth_at(call, k);
    const lb_left left = call->left_in_place
                             ? left_in_place(call, 0, k)
                             : lb_left_packed(gemm, call->shared + (k - call->k) * padded, depth);
    for (int64_t column = first; column < end; column += columns) {
      const int64_t here = lb_minimum(end - column, columns);
      pack_tiles(gemm, call->right, column, lb_divide_up(here, gemm->tile_columns), gemm->tile_columns, k, depth,
                 packed);
      gemm->product(rows, here, depth, left, lb_right_packed(gemm, packed, depth), call->c + column, call->c_row,
                    start_at(call, k, column));
    }
    k += call->depth_block;
  } while (k < call->k + call->depth);
}

/* By columns of an operand in tiles, which the product reads where they are. Few rows stay in the first-level cache: then
 * tile after tile at all depths, in the order of memory. */
static void multiply_tiles(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const product *call = context;
  const lb_gemm *gemm = call->gemm;
  const lb_lines *b = &call->right;
  const int64_t rows = call->left.lines, blocks = lb_divide_up(b->depth, LB_SCALED);
  const int64_t padded = lb_divide_up(rows, gemm->tile_rows) * gemm->tile_rows;
  const int64_t first = piece * call->tiles_of_piece * gemm->tile_columns;
  const int64_t end = lb_minimum(b->lines, first + call->tiles_of_piece * gemm->tile_columns);
  const int64_t columns = rows <= tile_by_tile_rows ? 2 * LB_TILE_LINES : end - first;
  const int64_t bytes = b->dtype == LB_BFLOAT16_TILES ? 2 : 1;
  for (int64_t column = first; column < end; column += columns) {
    const int64_t here = lb_minimum(end - column, columns), tile = column / LB_TILE_LINES;
    int64_t k = call->k;
    do {
      const int64_t depth = depth_at(call, k);
      const lb_left left = call->left_in_place
                               ? left_in_place(call, 0, k)
                               : lb_left_packed(gemm, call->shared + (k - call->k) * padded, depth);
      const lb_right right = {
          .data = (const char *)b->data + (tile * b->depth + k) * LB_TILE_LINES * bytes,
          .dtype = b->dtype,
          .width = LB_TILE_LINES,
          .panel = LB_TILE_LINES * b->depth,
          .depth = LB_TILE_LINES,
          .scales = b->dtype == LB_INT8_TILES ? call->scales + (tile * blocks + k / LB_SCALED) * LB_TILE_LINES : NULL,
          .scale_panel = LB_TILE_LINES * blocks};
      gemm->product(rows, here, depth, left, right, call->c + column, call->c_row, start_at(call, k, column));
      k += call->depth_block;
    } while (k < call->k + call->depth);
  }
}

/* Very few rows: some columns, at all depths. */
static void multiply_thin(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const product *call = context;
  const int64_t width = call->tiles_of_piece * call->gemm->tile_columns, column = piece * width;
  int64_t k = 0;
  do { /* once even when there is no depth: the result is then what it starts from */
    call->gemm->thin(call->left.lines, left_in_place(call, 0, k), call->right, column,
                     lb_minimum(width, call->right.lines - column), k, depth_at(call, k), call->c + column, call->c_row,
                     start_at(call, k, column));
    k += call->depth_block;
  } while (k < call->depth);
}

/* By rows: some tiles of them, all columns of the chunk. */
static void multiply_rows(void *context, int64_t piece, int32_t worker) {
  const product *call = context;
  const lb_gemm *gemm = call->gemm;
  float *packed = lb_scratch(call->device, worker);
  const int64_t first = piece * call->tiles_of_piece * gemm->tile_rows;
  const int64_t rows = lb_minimum(call->left.lines - first, call->tiles_of_piece * gemm->tile_rows);
  const int64_t padded = lb_divide_up(call->columns, gemm->tile_columns) * gemm->tile_columns;
  int64_t k = call->k;
  do {
    const int64_t depth = depth_at(call, k);
    lb_left left = left_in_place(call, first, k);
    if (!call->left_in_place) {
      left = lb_left_packed(gemm, packed, depth);
      pack_tiles(gemm, call->left, first, lb_divide_up(rows, gemm->tile_rows), gemm->tile_rows, k, depth, packed);
    }
    gemm->product(rows, call->columns, depth, left,
                  lb_right_packed(gemm, call->shared + (k - call->k) * padded, depth),
                  call->c + first * call->c_row + call->column, call->c_row, start_at(call, k, call->column));
    k += call->depth_block;
  } while (k < call->k + call->depth);
}

/* Cuts `tiles` into pieces of at most `most` tiles, even ones for the workers. Sets tiles_of_piece; gives the pieces. */
static int64_t cut(product *call, int64_t tiles, int64_t most) {
  const int64_t threads = call->device->threads;
  const int64_t pieces = lb_divide_up(lb_divide_up(tiles, most), threads) * threads;
  call->tiles_of_piece = lb_divide_up(tiles, lb_maximum(1, pieces));
  return lb_divide_up(tiles, call->tiles_of_piece);
}

/* Whole blocks of depth, so that `lines` of them packed stay within a chunk. */
static int64_t chunk_depth(const product *call, int64_t lines) {
  return lb_maximum(1, chunk_floats / lb_maximum(1, lines) / call->depth_block) * call->depth_block;
}

static lb_status run_thin(product *call) {
  call->depth = call->left.depth;
  const int64_t pieces = cut(call, lb_divide_up(call->right.lines, call->gemm->tile_columns), 4);
  lb_parallel_for(call->device, pieces, multiply_thin, call);
  return LB_OK;
}

static lb_status run_by_columns(product *call) {
  const lb_gemm *gemm = call->gemm;
  const int64_t tiles = lb_divide_up(call->left.lines, gemm->tile_rows);
  const int64_t padded = tiles * gemm->tile_rows;
  const int64_t most = lb_minimum(chunk_depth(call, padded), call->left.depth);
  const bool tiled = lb_is_tiled(call->right.dtype);
  void *shared = NULL;
  /* A long way from row to row would let rows drive each other out of the cache. */
  call->left_in_place = call->left.dtype == LB_FLOAT32 && (tiled ? call->left.lines <= 2 : tiles == 1);
  if (!tiled) {
    LB_TRY(lb_reserve_scratch(call->device, (size_t)(column_tiles * gemm->tile_columns * call->depth_block) * 4));
  }
  if (!call->left_in_place) {
    LB_TRY(lb_cpu_allocate(call->device, (size_t)(padded * most) * 4, &shared));
    call->shared = shared;
  }
  call->column = 0;
  call->columns = call->right.lines;
  int64_t pieces = cut(call, lb_divide_up(call->columns, gemm->tile_columns), column_tiles);
  if (tiled) { /* whole tiles of the operand, which the kernel's own divide */
    const int64_t width = LB_TILE_LINES / gemm->tile_columns;
    call->tiles_of_piece = lb_divide_up(call->tiles_of_piece, width) * width;
    pieces = lb_divide_up(call->columns, call->tiles_of_piece * gemm->tile_columns);
  }
  call->k = 0;
  do {
    call->depth = lb_minimum(most, call->left.depth - call->k);
    if (!call->left_in_place) {
      lb_parallel_for(call->device, lb_divide_up(tiles, shared_tiles), pack_left, call);
    }
    lb_parallel_for(call->device, pieces, tiled ? multiply_tiles : multiply_columns, call);
    call->k += call->depth;
  } while (call->k < call->left.depth);
  lb_cpu_release(call->device, shared);
  return LB_OK;
}

static lb_status run_by_rows(product *call) {
  const lb_gemm *gemm = call->gemm;
  const int64_t most_columns = lb_minimum(chunk_columns, call->right.lines);
  const int64_t most_tiles = lb_divide_up(most_columns, gemm->tile_columns);
  const int64_t padded = most_tiles * gemm->tile_columns;
  const int64_t most = lb_minimum(chunk_depth(call, padded), call->left.depth);
  void *shared;
  const int64_t pieces = cut(call, lb_divide_up(call->left.lines, gemm->tile_rows), few_rows / gemm->tile_rows);
  const int64_t rows = call->tiles_of_piece * gemm->tile_rows;
  call->left_in_place = call->left.dtype == LB_FLOAT32 && call->right.lines <= few_columns;
  LB_TRY(lb_reserve_scratch(call->device, (size_t)(rows * call->depth_block) * 4));
  LB_TRY(lb_cpu_allocate(call->device, (size_t)(padded * most) * 4, &shared));
  call->shared = shared;
  for (call->column = 0; call->column < call->right.lines; call->column += call->columns) {
    call->columns = lb_minimum(most_columns, call->right.lines - call->column);
    call->k = 0;
    do {
      call->depth = lb_minimum(most, call->left.depth - call->k);
      const int64_t tiles = lb_divide_up(call->columns, gemm->tile_columns);
      lb_parallel_for(call->device, lb_divide_up(tiles, shared_tiles), pack_right, call);
      lb_parallel_for(call->device, pieces, multiply_rows, call);
      call->k += call->depth;
    } while (call->k < call->left.depth);
  }
  lb_cpu_release(call->device, shared);
  return LB_OK;
}

/* A matrix as lines along `rows` or along columns. */
static lb_lines lines_of(lb_matrix matrix, bool rows) {
  return rows ? (lb_lines){matrix.data, matrix.dtype, matrix.rows, matrix.columns, matrix.stride, 1}
              : (lb_lines){matrix.data, matrix.dtype, matrix.columns, matrix.rows, 1, matrix.stride};
}

static lb_status multiply(lb_device *device, lb_matrix a, bool transpose_a, lb_matrix b, bool transpose_b,
                          lb_matrix c, lb_start start) {
  product call = {.gemm = lb_gemm_of(device),
                  .left = lines_of(a, !transpose_a),
                  .right = lines_of(b, transpose_b),
                  .c = c.data,
                  .c_row = c.stride,
                  .start = start,
                  .device = device};
  call.depth_block = lb_depth_block(call.left.depth);
  if (lb_is_tiled(b.dtype)) {
    call.scales = lb_tile_scales(b);
    return run_by_columns(&call);
  }
  if (c.rows <= LB_THIN_ROWS && a.dtype == LB_FLOAT32) {
    return run_thin(&call);
  }
  /* With lines along the depth, memory is read well tile by tile, so that the larger operand need not be shared. */
  const bool by_columns = c.rows <= few_rows || (transpose_b && c.rows <= c.columns);
  return by_columns ? run_by_columns(&call) : run_by_rows(&call);
}

lb_status lb_cpu_matmul(lb_stream *stream, lb_matrix a, bool transpose_a, lb_matrix b, bool transpose_b, lb_matrix c,
                        bool accumulate, const float *bias) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  const int64_t rows = transpose_a ? a.columns : a.rows, depth = transpose_a ? a.rows : a.columns;
  const int64_t columns = transpose_b ? b.rows : b.columns, depth_b = transpose_b ? b.columns : b.rows;
  LB_REQUIRE(device, lb_is_matrix(a) && lb_is_stored_matrix(b) && lb_is_matrix(c),
             "matmul: a matrix is not well formed");
  LB_REQUIRE(device, transpose_b || !lb_is_tiled(b.dtype), "matmul: a matrix in tiles must be transposed");
  LB_REQUIRE(device, c.dtype == LB_FLOAT32, "matmul: the result must be float32");
  LB_REQUIRE(device, depth == depth_b && c.rows == rows && c.columns == columns,
             "matmul: [%lld, %lld] times [%lld, %lld] does not give [%lld, %lld]", (long long)rows, (long long)depth,
             (long long)depth_b, (long long)columns, (long long)c.rows, (long long)c.columns);
  if (rows == 0 || columns == 0) {
    return LB_OK;
  }
  if (depth == 0) { /* nothing is read of them, and they may be nowhere */
    a.data = c.data;
    b.data = c.data;
  }
  return multiply(device, a, transpose_a, b, transpose_b, c, (lb_start){accumulate, bias});
}

void lb_describe_products(const lb_device *device, char *text, size_t bytes) {
  const lb_gemm *gemm = lb_gemm_of(device);
  snprintf(text, bytes, "own, in tiles of %lld x %lld", (long long)gemm->tile_rows, (long long)gemm->tile_columns);
}
