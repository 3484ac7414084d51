/* Gradients of attention by recomputation of the weights from q, k and the log of their sums (Dao et al. 2022).
 *
 * A piece of work is a head of keys and a group of ranges that share keys, in order, so that no two workers add to the
 * same row. For each tile of keys: weights P = exp(scale q k^T - log_sum), and with dot = sum(dout * out) of each row,
 *   dv += P^T dout    dS = scale * P * (dout v^T - dot)    dk += dS^T q    dq += dS k
 */
#include "attention.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  lb_device *device;
  const lb_gemm *gemm;
  const lb_attention_loops *loops;
  lb_attention shape;
  const lb_range *ranges;
  const int64_t *order;       /* the ranges, those of a group together */
  const int64_t *first_range; /* of each group, into `order`, and the number of all */
  int64_t groups, stride;
  lb_matrix q, k, v, out, dout, dq, dk, dv;
  const float *log_sums;
  float *dots; /* [query rows, query heads], sum(dout * out) */
} attention;

/* What one worker needs; rows are `stride` floats, the head size rounded up to whole vectors. */
typedef struct {
  float *queries, *gradients, *weights, *scores; /* of the queries: q, dout, P, dS */
  float *log_sums, *dots;
  float *keys, *packed_keys, *packed_values, *dkeys, *dvalues;
} buffers;

static size_t buffer_floats(const attention *call, float *memory, buffers *parts) {
  const int64_t rows = lb_query_rows, tile = lb_key_tile * call->stride;
  const int64_t sizes[] = {rows * call->stride, rows * call->stride, rows * lb_key_tile, rows * lb_key_tile, rows, rows,
                           tile, tile, tile, tile, tile};
  float **places[] = {&parts->queries, &parts->gradients,   &parts->weights,       &parts->scores,
                      &parts->log_sums, &parts->dots,       &parts->keys,          &parts->packed_keys,
                      &parts->packed_values, &parts->dkeys, &parts->dvalues};
  size_t floats = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    *places[i] = memory != NULL ? memory + floats : NULL;
    floats += (size_t)sizes[i];
  }
  return floats;
}

/* Copies rows [row, row + rows) of one head together, zeros behind them. */
static void load_head(const attention *call, lb_matrix matrix, int64_t row, int64_t rows, int64_t column, float *to) {
  const int64_t size = call->shape.head_size;
  const float *from = (const float *)matrix.data + row * matrix.stride + column;
  for (int64_t r = 0; r < rows; r++) {
    memcpy(to + r * call->stride, from + r * matrix.stride, (size_t)size * sizeof(float));
    memset(to + r * call->stride + size, 0, (size_t)(call->stride - size) * sizeof(float));
  }
}

static void add_head(const attention *call, lb_matrix matrix, int64_t row, int64_t rows, int64_t column,
                     const float *from) {
  for (int64_t r = 0; matrix.data != NULL && r < rows; r++) {
    float *to = (float *)matrix.data + (row + r) * matrix.stride + column;
    for (int64_t i = 0; i < call->shape.head_size; i++) {
      to[i] += from[r * call->stride + i];
    }
  }
}

enum { rows_of_dots = 64 };

static void compute_dots(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const attention *call = context;
  const int64_t size = call->shape.head_size, heads = call->shape.query_heads;
  const int64_t end = lb_minimum(call->q.rows, (piece + 1) * rows_of_dots);
  for (int64_t row = piece * rows_of_dots; row < end; row++) {
    for (int64_t head = 0; head < heads; head++) {
      const float *out = (const float *)call->out.data + row * call->out.stride + head * size;
      const float *dout = (const float *)call->dout.data + row * call->dout.stride + head * size;
      double dot = 0;
      for (int64_t i = 0; i < size; i++) {
        dot += (double)out[i] * (double)dout[i];
      }
      call->dots[row * heads + head] = (float)dot;
    }
  }
}

/* Loads `rows` queries from row `row` on of head `head`, their output gradients, log sums and dots. */
static void load_queries(const attention *call, int64_t row, int64_t rows, int64_t head, buffers *own) {
  const int64_t size = call->shape.head_size, heads = call->shape.query_heads;
  load_head(call, call->q, row, rows, head * size, own->queries);
  load_head(call, call->dout, row, rows, head * size, own->gradients);
  for (int64_t r = 0; r < rows; r++) {
    own->dots[r] = call->dots[(row + r) * heads + head];
    own->log_sums[r] = call->log_sums[(row + r) * heads + head];
  }
}

/* Adds what queries [query, query + rows) of a head give to the gradients of a tile of keys, and to their own. */
static void add_queries(const attention *call, const lb_range *range, int64_t head, int64_t query, int64_t rows,
                        int64_t key, int64_t keys, buffers *own) {
  const lb_gemm *gemm = call->gemm;
  const int64_t size = call->shape.head_size, stride = call->stride;
  const int64_t row = range->query_start + query;
  const lb_start over = {0}, add = {.accumulate = true};
  load_queries(call, row, rows, head, own);
  gemm->product(rows, keys, size, lb_left_rows(gemm, own->queries, stride),
                lb_right_packed(gemm, own->packed_keys, size), own->weights, lb_key_tile, over);
  call->loops->weights(own->weights, rows, call->shape.scale, own->log_sums);
  for (int64_t r = 0; r < rows; r++) {
    lb_mask_row(lb_visible_keys(&call->shape, range, query + r), key, keys, 0, own->weights + r * lb_key_tile);
  }
  const lb_left weights_across = lb_left_columns(gemm, own->weights, lb_key_tile);
  if (call->dv.data != NULL) {
    gemm->product(keys, size, rows, weights_across, lb_right_rows(gemm, own->gradients, stride), own->dvalues, stride,
                  add);
  }
  if (call->dk.data == NULL && call->dq.data == NULL) {
    return;
  }
  gemm->product(rows, keys, size, lb_left_rows(gemm, own->gradients, stride),
                lb_right_packed(gemm, own->packed_values, size), own->scores, lb_key_tile, over);
  call->loops->score_gradients(own->weights, own->scores, rows, call->shape.scale, own->dots);
  if (call->dk.data != NULL) {
    gemm->product(keys, size, rows, lb_left_columns(gemm, own->scores, lb_key_tile),
                  lb_right_rows(gemm, own->queries, stride), own->dkeys, stride, add);
  }
  if (call->dq.data != NULL) {
    gemm->product(rows, size, keys, lb_left_rows(gemm, own->scores, lb_key_tile),
                  lb_right_rows(gemm, own->keys, stride),
                  (float *)call->dq.data + row * call->dq.stride + head * size, call->dq.stride, add);
  }
}

static void backward_tile(const attention *call, const lb_range *range, int64_t key_head, int64_t key, int64_t keys,
                          buffers *own) {
  const int64_t size = call->shape.head_size;
  const int64_t group = call->shape.query_heads / call->shape.key_heads;
  const int64_t row = range->key_start + key;
  int64_t begin, end;
  lb_visible_queries(&call->shape, range, key, keys, &begin, &end);
  if (begin >= end) {
    return;
  }
  load_head(call, call->k, row, keys, key_head * size, own->keys);
  lb_pack_heads(call->gemm, call->k, row, keys, key_head * size, size, own->packed_keys);
  lb_pack_heads(call->gemm, call->v, row, keys, key_head * size, size, own->packed_values);
  memset(own->dkeys, 0, (size_t)(keys * call->stride) * sizeof(float));
  memset(own->dvalues, 0, (size_t)(keys * call->stride) * sizeof(float));
  for (int64_t head = key_head * group; head < (key_head + 1) * group; head++) {
    for (int64_t query = begin; query < end; query += lb_query_rows) {
      add_queries(call, range, head, query, lb_minimum(lb_query_rows, end - query), key, keys, own);
    }
  }
  add_head(call, call->dk, row, keys, key_head * size, own->dkeys);
  add_head(call, call->dv, row, keys, key_head * size, own->dvalues);
}

static void backward_group(void *context, int64_t piece, int32_t worker) {
  const attention *call = context;
  const int64_t group = piece / call->shape.key_heads, key_head = piece % call->shape.key_heads;
  buffers own;
  buffer_floats(call, lb_scratch(call->device, worker), &own);
  for (int64_t i = call->first_range[group]; i < call->first_range[group + 1]; i++) {
    const lb_range *range = &call->ranges[call->order[i]];
    for (int64_t key = 0; key < range->key_count; key += lb_key_tile) {
      backward_tile(call, range, key_head, key, lb_minimum(lb_key_tile, range->key_count - key), &own);
    }
  }
}

/* -- Groups of ranges that share keys ----------------------------------------------------------------------------- */

typedef struct {
  int64_t start, end, index, group;
} span;

static int by_start(const void *a, const void *b) {
  const span *x = a, *y = b;
  return x->start != y->start ? (x->start < y->start ? -1 : 1) : (x->index < y->index ? -1 : x->index > y->index);
}

static int by_group(const void *a, const void *b) {
  const span *x = a, *y = b;
  return x->group != y->group ? (x->group < y->group ? -1 : 1) : (x->index < y->index ? -1 : x->index > y->index);
}

/* Puts ranges that share keys, directly or through others, into one group, each group in the order of the call. */
static void group_ranges(const lb_range *ranges, int64_t count, span *spans, int64_t *order, int64_t *first_range,
                         int64_t *groups) {
  for (int64_t i = 0; i < count; i++) {
    spans[i] = (span){ranges[i].key_start, ranges[i].key_start + ranges[i].key_count, i, 0};
  }
  qsort(spans, (size_t)count, sizeof *spans, by_start);
  int64_t group = 0, end = spans[0].end;
  for (int64_t i = 0; i < count; i++) {
    group += spans[i].start >= end && i > 0;
    end = lb_maximum(end, spans[i].end);
    spans[i].group = group;
  }
  qsort(spans, (size_t)count, sizeof *spans, by_group);
  for (int64_t i = 0; i < count; i++) {
    order[i] = spans[i].index;
    if (i == 0 || spans[i].group != spans[i - 1].group) {
      first_range[spans[i].group] = i;
    }
  }
  *groups = group + 1;
  first_range[*groups] = count;
}

lb_status lb_cpu_attention_backward(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                    lb_matrix q, lb_matrix k, lb_matrix v, lb_matrix out, const float *log_sums,
                                    lb_matrix dout, lb_matrix dq, lb_matrix dk, lb_matrix dv) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  const char *function = "attention_backward";
  LB_TRY(lb_check_attention(device, function, &shape, ranges, count, q, k));
  LB_TRY(lb_check_like(device, function, "v", v, k));
  LB_TRY(lb_check_like(device, function, "out", out, q));
  LB_TRY(lb_check_like(device, function, "dout", dout, q));
  LB_TRY(dq.data != NULL ? lb_check_like(device, function, "dq", dq, q) : LB_OK);
  LB_TRY(dk.data != NULL ? lb_check_like(device, function, "dk", dk, k) : LB_OK);
  LB_TRY(dv.data != NULL ? lb_check_like(device, function, "dv", dv, v) : LB_OK);
  LB_REQUIRE(device, log_sums != NULL || q.rows == 0, "attention_backward: no log_sums");
  if (count == 0) {
    return LB_OK;
  }
  attention call = {.device = device,
                    .gemm = lb_gemm_of(device),
                    .loops = lb_attention_loops_of(device),
                    .shape = shape,
                    .ranges = ranges,
                    .q = q, .k = k, .v = v, .out = out, .dout = dout, .dq = dq, .dk = dk, .dv = dv,
                    .log_sums = log_sums};
  call.stride = lb_divide_up(shape.head_size, call.gemm->lanes) * call.gemm->lanes;
  buffers none;
  void *memory, *dots;
  LB_TRY(lb_reserve_scratch(device, buffer_floats(&call, NULL, &none) * sizeof(float)));
  LB_TRY(lb_cpu_allocate(device, (size_t)count * (sizeof(span) + 2 * sizeof(int64_t)) + sizeof(int64_t), &memory));
  const lb_status status = lb_cpu_allocate(device, (size_t)(q.rows * shape.query_heads) * sizeof(float), &dots);
  if (status != LB_OK) {
    lb_cpu_release(device, memory);
    return status;
  }
  span *spans = memory;
  int64_t *order = (int64_t *)(spans + count), *first_range = order + count;
  group_ranges(ranges, count, spans, order, first_range, &call.groups);
  call.order = order;
  call.first_range = first_range;
  call.dots = dots;
  lb_parallel_for(device, lb_divide_up(q.rows, rows_of_dots), compute_dots, &call);
  lb_parallel_for(device, call.groups * shape.key_heads, backward_group, &call);
  lb_cpu_release(device, dots);
  lb_cpu_release(device, memory);
  return LB_OK;
}
