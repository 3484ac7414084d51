/* Many products at once: the experts of a mixture, the heads of an attention.
 *
 * Products of very few rows, as when one token is decoded, are cut into columns and shared among the workers all together:
 * each alone is too small to be worth waking them. The others are given to `matmul` one after the other. Both add in the
 * order that gemm.h describes, so a row is the same bits either way.
 */
#include "gemm.h"

enum { tiles_of_piece = 4 };

/* One product of very few rows. */
typedef struct {
  lb_matrix a, b, c;
  bool transpose_a, transpose_b, accumulate;
  int64_t first_piece;
} thin_product;

typedef struct {
  const lb_gemm *gemm;
  const thin_product *products;
  int64_t count;
} thin_group;

static int64_t pieces_of(const lb_gemm *gemm, int64_t columns) {
  return lb_divide_up(columns, tiles_of_piece * gemm->tile_columns);
}

static void multiply_piece(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const thin_group *group = context;
  const lb_gemm *gemm = group->gemm;
  int64_t low = 0, high = group->count - 1; /* the last product that begins at this piece or before */
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (group->products[middle].first_piece <= piece) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const thin_product *product = &group->products[low];
  const int64_t width = tiles_of_piece * gemm->tile_columns;
  const int64_t column = (piece - product->first_piece) * width;
  const int64_t depth = product->transpose_a ? product->a.rows : product->a.columns;
  const int64_t block = lb_depth_block(depth);
  const int64_t row_step = product->transpose_a ? 1 : product->a.stride;
  const int64_t depth_step = product->transpose_a ? product->a.stride : 1;
  const lb_matrix b = product->b;
  const lb_lines right = product->transpose_b ? (lb_lines){b.data, b.dtype, b.rows, b.columns, b.stride, 1}
                                              : (lb_lines){b.data, b.dtype, b.columns, b.rows, 1, b.stride};
  for (int64_t k = 0; k < depth; k += block) {
    const lb_left left = {(const float *)product->a.data + k * depth_step, 0, row_step, depth_step};
    gemm->thin(product->c.rows, left, right, column, lb_minimum(width, product->c.columns - column), k,
               lb_minimum(block, depth - k), (float *)product->c.data + column, product->c.stride,
               (lb_start){product->accumulate || k > 0, NULL});
  }
}

/* Whether `thin` can do this product; everything else, and what is wrong, goes to `matmul`. */
static bool is_thin(lb_matrix a, bool transpose_a, lb_matrix b, bool transpose_b, lb_matrix c) {
  const int64_t rows = transpose_a ? a.columns : a.rows, depth = transpose_a ? a.rows : a.columns;
  const int64_t columns = transpose_b ? b.rows : b.columns, depth_b = transpose_b ? b.columns : b.rows;
  return lb_is_matrix(a) && lb_is_matrix(b) && lb_is_matrix(c) && a.dtype == LB_FLOAT32 && c.dtype == LB_FLOAT32 &&
         (b.dtype == LB_FLOAT32 || b.dtype == LB_BFLOAT16) && depth == depth_b && depth > 0 && c.rows == rows &&
         c.columns == columns && rows <= LB_THIN_ROWS;
}

lb_status lb_cpu_grouped_matmul(lb_stream *stream, int64_t count, const lb_matrix *a, bool transpose_a,
                                const lb_matrix *b, bool transpose_b, const lb_matrix *c, const bool *accumulate) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(count, (int64_t)sizeof(thin_product)), "grouped_matmul: %lld products", (long long)count);
  LB_REQUIRE(device, count == 0 || (a != NULL && b != NULL && c != NULL), "grouped_matmul: no matrices");
  if (count == 0) {
    return LB_OK;
  }
  void *memory;
  LB_TRY(lb_cpu_allocate(device, (size_t)count * sizeof(thin_product), &memory));
  thin_product *products = memory;
  thin_group group = {.gemm = lb_gemm_of(device), .products = products};
  int64_t pieces = 0;
  lb_status status = LB_OK;
  for (int64_t i = 0; i < count && status == LB_OK; i++) {
    const bool adds = accumulate != NULL && accumulate[i];
    if (!is_thin(a[i], transpose_a, b[i], transpose_b, c[i])) {
      status = lb_cpu_matmul(stream, a[i], transpose_a, b[i], transpose_b, c[i], adds, NULL);
    } else if (c[i].rows > 0 && c[i].columns > 0) {
      products[group.count++] = (thin_product){a[i], b[i], c[i], transpose_a, transpose_b, adds, pieces};
      pieces += pieces_of(group.gemm, c[i].columns);
    }
  }
  if (status == LB_OK) {
    lb_parallel_for(device, pieces, multiply_piece, &group);
  }
  lb_cpu_release(device, memory);
  return status;
}
