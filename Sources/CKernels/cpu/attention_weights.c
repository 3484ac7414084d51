/* The attention weights on each key, for pictures: the log of the sums first, then the weights tile by tile. */
#include "attention.h"

#include <math.h>
#include <string.h>

typedef struct {
  lb_device *device;
  const lb_gemm *gemm;
  const lb_attention_loops *loops;
  lb_attention shape;
  const lb_range *ranges;
  lb_matrix q, k;
  float *weights;
} attention;

typedef struct {
  float *scores, *keys, *greatest, *totals, *unused, *log_sums;
} buffers;

static size_t buffer_floats(const attention *call, float *memory, buffers *parts) {
  const int64_t rows = lb_query_rows;
  const int64_t sizes[] = {rows * lb_key_tile, lb_key_tile * (int64_t)call->shape.head_size, rows,
                           rows * call->gemm->lanes, 1, rows};
  float **places[] = {&parts->scores, &parts->keys, &parts->greatest, &parts->totals, &parts->unused, &parts->log_sums};
  size_t floats = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    *places[i] = memory != NULL ? memory + floats : NULL;
    floats += (size_t)lb_divide_up(sizes[i], 16) * 16;
  }
  return floats;
}

/* q . k of queries [query, query + rows) and keys [key, key + keys). */
static void score(const attention *call, const lb_range *range, int64_t head, int64_t query, int64_t rows, int64_t key,
                  int64_t keys, buffers *own) {
  const int64_t size = call->shape.head_size, group = call->shape.query_heads / call->shape.key_heads;
  const float *q = (const float *)call->q.data + (range->query_start + query) * call->q.stride + head * size;
  lb_pack_heads(call->gemm, call->k, range->key_start + key, keys, head / group * size, size, own->keys);
  call->gemm->product(rows, keys, size, lb_left_rows(call->gemm, q, call->q.stride),
                      lb_right_packed(call->gemm, own->keys, size), own->scores, lb_key_tile, (lb_start){0});
}

static void find_log_sums(const attention *call, const lb_range *range, int64_t head, int64_t query, int64_t rows,
                          buffers *own) {
  const int64_t lanes = call->gemm->lanes;
  for (int64_t row = 0; row < rows; row++) {
    own->greatest[row] = -INFINITY;
  }
  memset(own->totals, 0, (size_t)(rows * lanes) * sizeof(float));
  for (int64_t key = 0; key < range->key_count; key += lb_key_tile) {
    const int64_t keys = lb_minimum(lb_key_tile, range->key_count - key);
    score(call, range, head, query, rows, key, keys, own);
    for (int64_t row = 0; row < rows; row++) {
      float *scores = own->scores + row * lb_key_tile;
      for (int64_t i = 0; i < keys; i++) {
        scores[i] *= call->shape.scale;
      }
      lb_mask_row(lb_visible_keys(&call->shape, range, query + row), key, keys, -INFINITY, scores);
    }
    call->loops->softmax(own->scores, rows, own->greatest, own->totals, own->unused, 0);
  }
  for (int64_t row = 0; row < rows; row++) {
    float total = 0;
    for (int64_t lane = 0; lane < lanes; lane++) {
      total += own->totals[row * lanes + lane];
    }
    own->log_sums[row] = own->greatest[row] + logf(total);
  }
}

static void add_weights(const attention *call, const lb_range *range, int64_t head, int64_t query, int64_t rows,
                        buffers *own) {
  const float share = 1 / ((float)range->query_count * (float)call->shape.query_heads);
  for (int64_t key = 0; key < range->key_count; key += lb_key_tile) {
    const int64_t keys = lb_minimum(lb_key_tile, range->key_count - key);
    score(call, range, head, query, rows, key, keys, own);
    call->loops->weights(own->scores, rows, call->shape.scale, own->log_sums);
    for (int64_t row = 0; row < rows; row++) {
      float *scores = own->scores + row * lb_key_tile;
      lb_mask_row(lb_visible_keys(&call->shape, range, query + row), key, keys, 0, scores);
      for (int64_t i = 0; i < keys; i++) {
        call->weights[range->key_start + key + i] += share * scores[i];
      }
    }
  }
}

static void weigh_range(void *context, int64_t piece, int32_t worker) {
  const attention *call = context;
  const lb_range *range = &call->ranges[piece];
  buffers own;
  buffer_floats(call, lb_scratch(call->device, worker), &own);
  for (int64_t key = 0; key < range->key_count; key++) {
    call->weights[range->key_start + key] = 0;
  }
  for (int64_t head = 0; head < call->shape.query_heads; head++) {
    for (int64_t query = 0; query < range->query_count; query += lb_query_rows) {
      const int64_t rows = lb_minimum(lb_query_rows, range->query_count - query);
      find_log_sums(call, range, head, query, rows, &own);
      add_weights(call, range, head, query, rows, &own);
    }
  }
}

lb_status lb_cpu_attention_weights(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                   lb_matrix q, lb_matrix k, float *weights) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  LB_TRY(lb_check_attention(device, "attention_weights", &shape, ranges, count, q, k));
  LB_REQUIRE(device, weights != NULL || k.rows == 0, "attention_weights: nowhere to put them");
  LB_REQUIRE(device, !lb_share_rows(ranges, count, true), "attention_weights: two ranges share keys");
  attention call = {device, lb_gemm_of(device), lb_attention_loops_of(device), shape, ranges, q, k, weights};
  buffers none;
  LB_TRY(lb_reserve_scratch(device, buffer_floats(&call, NULL, &none) * sizeof(float)));
  lb_parallel_for(device, count, weigh_range, &call);
  return LB_OK;
}
