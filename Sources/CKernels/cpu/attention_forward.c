/* Attention in tiles, never the full score matrix (Dao et al. 2022, "FlashAttention").
 *
 * A piece of work is a block of rows of one range that share a head of keys: row r is query r / group under the
 * r % group-th head of the group, so grouped heads are one product, and a single query of a cache is one too.
 */
#include "attention.h"

#include <math.h>
#include <string.h>

typedef struct {
  lb_device *device;
  const lb_gemm *gemm;
  const lb_attention_loops *loops;
  lb_attention shape;
  const lb_range *ranges;
  const int64_t *first_piece; /* of each range, and the number of all */
  int64_t count, group, block_rows, stride;
  lb_matrix q, k, v, out;
  float *log_sums;
} attention;

/* What one worker needs; rows are `stride` floats, the head size rounded up to whole vectors. */
typedef struct {
  float *queries, *sums, *scores, *keys, *values, *greatest, *totals;
} buffers;

static size_t buffer_floats(const attention *call, float *memory, buffers *parts) {
  const int64_t rows = lb_query_rows;
  const int64_t sizes[] = {rows * call->stride, rows * call->stride, rows * lb_key_tile, lb_key_tile * call->stride,
                           lb_key_tile * call->stride, rows, rows * call->gemm->lanes};
  float **places[] = {&parts->queries, &parts->sums,     &parts->scores, &parts->keys,
                      &parts->values,  &parts->greatest, &parts->totals};
  size_t floats = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    *places[i] = memory != NULL ? memory + floats : NULL;
    floats += (size_t)sizes[i];
  }
  return floats;
}

/* Column of the first feature of row `row`'s head in q and out. */
static int64_t head_column(const attention *call, int64_t key_head, int64_t row) {
  return (key_head * call->group + row % call->group) * call->shape.head_size;
}

static void load_queries(const attention *call, const lb_range *range, int64_t key_head, int64_t first, int64_t rows,
                         buffers *own) {
  const int64_t size = call->shape.head_size;
  for (int64_t row = 0; row < rows; row++) {
    const float *q = (const float *)call->q.data +
                     (range->query_start + (first + row) / call->group) * call->q.stride +
                     head_column(call, key_head, first + row);
    for (int64_t i = 0; i < size; i++) {
      own->queries[row * call->stride + i] = call->shape.scale * q[i];
    }
    own->greatest[row] = -INFINITY;
  }
  memset(own->sums, 0, (size_t)(rows * call->stride) * sizeof(float));
  memset(own->totals, 0, (size_t)(rows * call->gemm->lanes) * sizeof(float));
}

/* The values of a tile of keys as a right operand: in place if few rows read them, else copied together. */
static lb_right load_values(const attention *call, int64_t row, int64_t keys, int64_t key_head, int64_t rows,
                            float *copy) {
  const int64_t size = call->shape.head_size;
  const float *v = (const float *)call->v.data + row * call->v.stride + key_head * size;
  if (rows <= call->gemm->tile_rows && size % call->gemm->lanes == 0) {
    return lb_right_rows(call->gemm, v, call->v.stride);
  }
  for (int64_t key = 0; key < keys; key++) {
    memcpy(copy + key * call->stride, v + key * call->v.stride, (size_t)size * sizeof(float));
    memset(copy + key * call->stride + size, 0, (size_t)(call->stride - size) * sizeof(float));
  }
  return lb_right_rows(call->gemm, copy, call->stride);
}

/* Adds keys [key, key + keys) of the range to rows [first, first + rows), of which those that see any are worked on. */
static void add_keys(const attention *call, const lb_range *range, int64_t key_head, int64_t first, int64_t rows,
                     int64_t key, int64_t keys, buffers *own) {
  const lb_gemm *gemm = call->gemm;
  const int64_t size = call->shape.head_size;
  int64_t begin, end;
  lb_visible_queries(&call->shape, range, key, keys, &begin, &end);
  begin = lb_maximum(0, begin * call->group - first);
  end = lb_minimum(rows, end * call->group - first);
  if (begin >= end) {
    return;
  }
  float *scores = own->scores;
  lb_pack_heads(gemm, call->k, range->key_start + key, keys, key_head * size, size, own->keys);
  gemm->product(end - begin, keys, size, lb_left_rows(gemm, own->queries + begin * call->stride, call->stride),
                lb_right_packed(gemm, own->keys, size), scores, lb_key_tile, (lb_start){0});
  for (int64_t row = begin; row < end; row++) {
    const lb_visible visible = lb_visible_keys(&call->shape, range, (first + row) / call->group);
    lb_mask_row(visible, key, keys, -INFINITY, scores + (row - begin) * lb_key_tile);
  }
  call->loops->softmax(scores, end - begin, own->greatest + begin, own->totals + begin * gemm->lanes,
                       own->sums + begin * call->stride, call->stride);
  const lb_right values = load_values(call, range->key_start + key, keys, key_head, end - begin, own->values);
  gemm->product(end - begin, size, keys, lb_left_rows(gemm, scores, lb_key_tile), values,
                own->sums + begin * call->stride, call->stride, (lb_start){.accumulate = true});
}

static void store_rows(const attention *call, const lb_range *range, int64_t key_head, int64_t first, int64_t rows,
                       const buffers *own) {
  const int64_t size = call->shape.head_size, lanes = call->gemm->lanes;
  for (int64_t row = 0; row < rows; row++) {
    float total = 0;
    for (int64_t lane = 0; lane < lanes; lane++) {
      total += own->totals[row * lanes + lane];
    }
    const bool empty = own->greatest[row] == -INFINITY;
    const float factor = empty ? 0 : 1 / total;
    const int64_t query = range->query_start + (first + row) / call->group;
    const int64_t column = head_column(call, key_head, first + row);
    float *out = (float *)call->out.data + query * call->out.stride + column;
    for (int64_t i = 0; i < size; i++) {
      out[i] = own->sums[row * call->stride + i] * factor;
    }
    if (call->log_sums != NULL) {
      call->log_sums[query * call->shape.query_heads + column / size] =
          empty ? -INFINITY : own->greatest[row] + logf(total);
    }
  }
}

/* The range of a piece: the last that starts at or before it. */
static int64_t range_of(const attention *call, int64_t piece) {
  int64_t low = 0, high = call->count;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    *(call->first_piece[middle] <= piece ? &low : &high) = middle;
  }
  return low;
}

static void forward_block(void *context, int64_t piece, int32_t worker) {
  const attention *call = context;
  const int64_t index = range_of(call, piece);
  const lb_range *range = &call->ranges[index];
  const int64_t rows_of_range = range->query_count * call->group;
  const int64_t blocks = lb_divide_up(rows_of_range, call->block_rows);
  const int64_t part = piece - call->first_piece[index];
  const int64_t key_head = part / blocks;
  const int64_t first = (blocks - 1 - part % blocks) * call->block_rows; /* under a causal mask the longest comes first */
  const int64_t rows = lb_minimum(call->block_rows, rows_of_range - first);
  buffers own;
  buffer_floats(call, lb_scratch(call->device, worker), &own);
  load_queries(call, range, key_head, first, rows, &own);
  for (int64_t key = 0; key < range->key_count; key += lb_key_tile) {
    add_keys(call, range, key_head, first, rows, key, lb_minimum(lb_key_tile, range->key_count - key), &own);
  }
  store_rows(call, range, key_head, first, rows, &own);
}

/* Rows of a block: as many as the buffers hold, fewer where there would be too few blocks for the workers. */
static int64_t choose_block_rows(const attention *call) {
  int64_t rows = 0;
  for (int64_t i = 0; i < call->count; i++) {
    rows += call->ranges[i].query_count * call->shape.query_heads;
  }
  const int64_t even = lb_divide_up(rows, 4 * (int64_t)call->device->threads);
  const int64_t tiles = lb_divide_up(even, call->gemm->tile_rows);
  return lb_maximum(call->gemm->tile_rows, lb_minimum(lb_query_rows, tiles * call->gemm->tile_rows));
}

lb_status lb_cpu_attention_forward(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                   lb_matrix q, lb_matrix k, lb_matrix v, lb_matrix out, float *log_sums) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  LB_TRY(lb_check_attention(device, "attention_forward", &shape, ranges, count, q, k));
  LB_TRY(lb_check_like(device, "attention_forward", "v", v, k));
  LB_TRY(lb_check_like(device, "attention_forward", "out", out, q));
  if (count == 0) {
    return LB_OK;
  }
  attention call = {.device = device,
                    .gemm = lb_gemm_of(device),
                    .loops = lb_attention_loops_of(device),
                    .shape = shape,
                    .ranges = ranges,
                    .count = count,
                    .group = shape.query_heads / shape.key_heads,
                    .q = q,
                    .k = k,
                    .v = v,
                    .out = out,
                    .log_sums = log_sums};
  call.stride = lb_divide_up(shape.head_size, call.gemm->lanes) * call.gemm->lanes;
  call.block_rows = choose_block_rows(&call);
  buffers none;
  void *memory;
  LB_TRY(lb_reserve_scratch(device, buffer_floats(&call, NULL, &none) * sizeof(float)));
  LB_TRY(lb_cpu_allocate(device, (size_t)(count + 1) * sizeof(int64_t), &memory));
  int64_t *first_piece = memory;
  first_piece[0] = 0;
  for (int64_t i = 0; i < count; i++) {
    first_piece[i + 1] = first_piece[i] +
                         shape.key_heads * lb_divide_up(ranges[i].query_count * call.group, call.block_rows);
  }
  call.first_piece = first_piece;
  lb_parallel_for(device, first_piece[count], forward_block, &call);
  lb_cpu_release(device, memory);
  return LB_OK;
}
