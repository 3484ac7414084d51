/* What the attention kernels share: which keys a query sees, tiles of scores, and the loops over them.
 *
 * Keys are taken in tiles of `lb_key_tile` from the first key of the range on, whatever the queries, so a query's result
 * is the same bits in a batch, alone, and with a cache of keys.
 */
#ifndef LIGHTBOX_ATTENTION_H
#define LIGHTBOX_ATTENTION_H

#include "gemm.h"

enum {
  lb_key_tile = 64,
  lb_query_rows = 192, /* at most, at a time */
};

/* The keys of a range that one query sees: [0, prefix) and [low, high). */
typedef struct {
  int64_t prefix, low, high;
} lb_visible;

static inline lb_visible lb_visible_keys(const lb_attention *shape, const lb_range *range, int64_t query) {
  const int64_t own = lb_minimum(range->position + query + 1, range->key_count);
  lb_visible keys = {0, 0, shape->causal || shape->window > 0 ? own : range->key_count};
  if (shape->window > 0) {
    keys.prefix = lb_minimum(shape->prefix, shape->causal ? own : range->key_count);
    keys.low = lb_maximum(0, range->position + query + 1 - shape->window);
  }
  return keys;
}

/* The queries [*first, *end) of a range that see any of the keys [key, key + keys); the others see none of them. */
static inline void lb_visible_queries(const lb_attention *shape, const lb_range *range, int64_t key, int64_t keys,
                                      int64_t *first, int64_t *end) {
  const bool prefix = shape->window > 0 && key < shape->prefix;
  *first = 0;
  *end = range->query_count;
  if (shape->causal || (shape->window > 0 && !prefix)) {
    *first = lb_maximum(0, key - range->position);
  }
  if (shape->window > 0 && !prefix) {
    *end = lb_minimum(*end, key + keys + shape->window - 1 - range->position);
  }
}

/* Sets the scores of one row at keys [key, key + keys) that its query does not see, and those beyond the keys, to
 * `value`. */
void lb_mask_row(lb_visible visible, int64_t key, int64_t keys, float value, float *scores);

/* Packs keys (or values) [row, row + rows) of one head, features as depth. */
void lb_pack_heads(const lb_gemm *gemm, lb_matrix matrix, int64_t row, int64_t rows, int64_t feature, int64_t size,
                   float *packed);

/* The loops of one instruction set. Scores are [rows, lb_key_tile]. */
typedef struct {
  /* One step of the online softmax (Milakov & Gimelshein 2018): turns scores into exp(score - greatest), and keeps the
   * greatest score, the totals [rows, lanes] and the weighted sums of the values [rows, stride] of each row. */
  void (*softmax)(float *scores, int64_t rows, float *greatest, float *totals, float *sums, int64_t stride);
  /* scores = exp(scale * score - log_sum). */
  void (*weights)(float *scores, int64_t rows, float scale, const float *log_sums);
  /* gradients = weights * (gradients - dots) * scale: from those of the weights to those of the scores. */
  void (*score_gradients)(const float *weights, float *gradients, int64_t rows, float scale, const float *dots);
} lb_attention_loops;

const lb_attention_loops *lb_attention_loops_of(const lb_device *device);

/* Whether two ranges have a query row, or a key row, in common. */
bool lb_share_rows(const lb_range *ranges, int64_t count, bool keys);

/* Checks what all attention functions share: the shape, the ranges and that q and k fit them. */
lb_status lb_check_attention(lb_device *device, const char *function, const lb_attention *shape,
                             const lb_range *ranges, int64_t count, lb_matrix q, lb_matrix k);
/* That `matrix` is float32 and like q (rows and heads) or like k. */
lb_status lb_check_like(lb_device *device, const char *function, const char *name, lb_matrix matrix, lb_matrix like);

#endif
