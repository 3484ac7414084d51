/* Tiles of attention scores: masks, softmax, and the checks of the arguments. */
#ifdef LB_LEVEL

/* exp(x) for x <= 0, within 2 units in the last place; 0 below -87. Half the work of the general one. */
LB_INLINE floats LB_NAME(exponential_of_negative)(floats x) {
  const float shift = 12582912.0f; /* 1.5 * 2^23: the sum has the nearest whole number in its low bits */
  const floats shifted = multiply_add(x, broadcast(1.44269504f), broadcast(shift));
  const floats n = shifted - shift;
  floats r = multiply_add(n, broadcast(-0.693145752f), x); /* ln 2 in two parts */
  r = multiply_add(n, broadcast(-1.42860677e-06f), r);
  floats p = broadcast(0.00139065541f);
  p = multiply_add(p, r, broadcast(0.00836297218f));
  p = multiply_add(p, r, broadcast(0.0416667536f));
  p = multiply_add(p, r, broadcast(0.166665792f));
  p = multiply_add(p, r, broadcast(0.5f));
  p = multiply_add(p * r, r, r) + 1.0f;
  const floats power = (floats)(((integers)shifted << 23) + (127 << 23));
  return select(x < -87.0f, broadcast(0), p * power);
}

LB_INLINE float LB_NAME(greatest_lane)(floats x) {
  for (int width = LB_LANES / 2; width > 0; width /= 2) {
    floats moved;
    for (int i = 0; i < LB_LANES; i++) {
      moved[i] = x[(i + width) % LB_LANES];
    }
    x = maximum(x, moved);
  }
  return x[0];
}

static void LB_NAME(softmax)(float *scores, int64_t rows, float *greatest, float *totals, float *sums,
                             int64_t stride) {
  enum { vectors = lb_key_tile / LB_LANES };
  for (int64_t row = 0; row < rows; row++) {
    float *s = scores + row * lb_key_tile;
    floats best = load(s);
    for (int64_t v = 1; v < vectors; v++) {
      best = maximum(best, load(s + v * LB_LANES));
    }
    const float before = greatest[row], found = LB_NAME(greatest_lane)(best);
    const float now = before > found ? before : found;
    if (now == -INFINITY) { /* no key seen so far */
      memset(s, 0, lb_key_tile * sizeof *s);
      continue;
    }
    floats total = load(totals + row * LB_LANES);
    if (now != before) {
      const floats shrink = LB_NAME(exponential_of_negative)(broadcast(before - now));
      total *= shrink;
      float *sum = sums + row * stride;
      for (int64_t i = 0; i < stride; i += LB_LANES) {
        store(sum + i, load(sum + i) * shrink);
      }
      greatest[row] = now;
    }
    for (int64_t v = 0; v < vectors; v++) {
      const floats p = LB_NAME(exponential_of_negative)(load(s + v * LB_LANES) - now);
      store(s + v * LB_LANES, p);
      total += p;
    }
    store(totals + row * LB_LANES, total);
  }
}

static void LB_NAME(weights)(float *scores, int64_t rows, float scale, const float *log_sums) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = 0; i < lb_key_tile; i += LB_LANES) {
      float *s = scores + row * lb_key_tile + i;
      /* A score is above the log of the sum by rounding errors only. */
      const floats x = multiply_add(load(s), broadcast(scale), broadcast(-log_sums[row]));
      store(s, LB_NAME(exponential_of_negative)(x));
    }
  }
}

static void LB_NAME(score_gradients)(const float *weights, float *gradients, int64_t rows, float scale,
                                     const float *dots) {
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = row * lb_key_tile; i < (row + 1) * lb_key_tile; i += LB_LANES) {
      store(gradients + i, load(weights + i) * (load(gradients + i) - dots[row]) * scale);
    }
  }
}

static const lb_attention_loops LB_NAME(loops) = {LB_NAME(softmax), LB_NAME(weights), LB_NAME(score_gradients)};

#else
#include "attention.h"

#include <math.h>
#include <string.h>

#define LB_LOOPS "attention_tiles.c"
#include "levels.h"

const lb_attention_loops *lb_attention_loops_of(const lb_device *device) { return LB_BEST(device, &loops); }

static void fill(float *scores, int64_t first, int64_t end, float value) {
  for (int64_t i = first; i < end; i++) {
    scores[i] = value;
  }
}

void lb_mask_row(lb_visible visible, int64_t key, int64_t keys, float value, float *scores) {
  const int64_t prefix = lb_maximum(0, lb_minimum(visible.prefix - key, keys));
  const int64_t low = lb_maximum(prefix, lb_minimum(visible.low - key, keys));
  const int64_t high = lb_maximum(low, lb_minimum(visible.high - key, keys));
  fill(scores, prefix, low, value);
  fill(scores, high, lb_key_tile, value);
}

void lb_pack_heads(const lb_gemm *gemm, lb_matrix matrix, int64_t row, int64_t rows, int64_t feature, int64_t size,
                   float *packed) {
  const lb_lines lines = {(const float *)matrix.data + row * matrix.stride + feature, LB_FLOAT32, rows, size,
                          matrix.stride, 1};
  for (int64_t first = 0; first < rows; first += gemm->tile_columns) {
    gemm->pack(lines, first, gemm->tile_columns, 0, size, packed + first * size);
  }
}

static bool meet(int64_t start, int64_t count, int64_t other, int64_t other_count) {
  return count > 0 && other_count > 0 && start < other + other_count && other < start + count;
}

bool lb_share_rows(const lb_range *ranges, int64_t count, bool keys) {
  int64_t end = 0; /* of the ranges so far: most calls have them in order */
  for (int64_t i = 0; i < count; i++) {
    const int64_t start = keys ? ranges[i].key_start : ranges[i].query_start;
    const int64_t rows = keys ? ranges[i].key_count : ranges[i].query_count;
    for (int64_t j = 0; start < end && j < i; j++) {
      if (meet(start, rows, keys ? ranges[j].key_start : ranges[j].query_start,
               keys ? ranges[j].key_count : ranges[j].query_count)) {
        return true;
      }
    }
    end = lb_maximum(end, start + rows);
  }
  return false;
}

/* Whether [start, start + count) lies in [0, rows). */
static bool lies_within(int64_t start, int64_t count, int64_t rows) {
  return start >= 0 && count >= 0 && start <= rows && count <= rows - start;
}

lb_status lb_check_attention(lb_device *device, const char *function, const lb_attention *shape,
                             const lb_range *ranges, int64_t count, lb_matrix q, lb_matrix k) {
  const int64_t farthest = INT64_C(1) << 40;
  LB_REQUIRE(device, shape->head_size > 0 && shape->head_size <= 4096 && shape->key_heads > 0 &&
                         shape->query_heads > 0 && shape->query_heads % shape->key_heads == 0,
             "%s: %d query heads, %d key heads of size %d", function, shape->query_heads, shape->key_heads,
             shape->head_size);
  LB_REQUIRE(device, shape->window >= 0 && shape->prefix >= 0 && shape->window <= farthest &&
                         shape->prefix <= farthest,
             "%s: the window and the prefix cannot be negative", function);
  LB_REQUIRE(device, lb_is_matrix(q) && lb_is_matrix(k) && q.dtype == LB_FLOAT32 && k.dtype == LB_FLOAT32,
             "%s: q and k must be well-formed float32 matrices", function);
  LB_REQUIRE(device, q.columns == (int64_t)shape->query_heads * shape->head_size &&
                         k.columns == (int64_t)shape->key_heads * shape->head_size,
             "%s: q has %lld columns and k %lld, which are not heads times size", function, (long long)q.columns,
             (long long)k.columns);
  LB_REQUIRE(device, count >= 0 && (ranges != NULL || count == 0), "%s: no ranges", function);
  for (int64_t i = 0; i < count; i++) {
    const lb_range *range = &ranges[i];
    LB_REQUIRE(device, lies_within(range->query_start, range->query_count, q.rows) &&
                           lies_within(range->key_start, range->key_count, k.rows) && range->position >= 0 &&
                           range->position <= farthest,
               "%s: range %lld does not lie in the %lld query rows and %lld key rows", function, (long long)i,
               (long long)q.rows, (long long)k.rows);
  }
  LB_REQUIRE(device, !lb_share_rows(ranges, count, false), "%s: two ranges share query rows", function);
  return LB_OK;
}

lb_status lb_check_like(lb_device *device, const char *function, const char *name, lb_matrix matrix, lb_matrix like) {
  LB_REQUIRE(device, lb_is_matrix(matrix) && matrix.dtype == LB_FLOAT32 && matrix.rows == like.rows &&
                         matrix.columns == like.columns,
             "%s: %s must be a float32 matrix [%lld, %lld]", function, name, (long long)like.rows,
             (long long)like.columns);
  return LB_OK;
}

#endif
