/* The compute interface: one table of functions that every device fills.
 *
 * How to read it
 * - A device is opened from a table (`lb_cpu_kernels`) and owns memory; a stream is an ordered queue of work on it.
 *   On the CPU each call has finished when it returns; elsewhere it is finished after `synchronize`.
 * - Every function returns a status and never aborts, prints or throws. After a failure the outputs are undefined.
 * - Activations are row-major float32, `[rows, columns]`, contiguous unless a stride (in elements) is given.
 *   A matrix operand (`lb_matrix`) may be strided and may be stored as bfloat16; sums are always float32.
 * - Pointers are device memory, except those marked "host".
 * - A gradient output (`lb_gradient`) is added to when `accumulate` is set and overwritten otherwise; NULL data means
 *   that it is not wanted.
 * - Each result row depends only on its own input rows, whatever the other rows hold, so that one sequence of a batch
 *   cannot change its neighbours; batch normalisation in training is the one exception, by definition.
 * - The same call with the same inputs, on the same machine with the same number of threads, gives the same bits.
 */
#ifndef LIGHTBOX_KERNELS_H
#define LIGHTBOX_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  LB_OK = 0,
  LB_OUT_OF_MEMORY = 1,
  LB_INVALID_ARGUMENT = 2, /* a shape, stride, index or option that the function does not take */
  LB_UNSUPPORTED = 3,      /* this device does not have this function or storage type */
  LB_DEVICE_FAILED = 4,    /* the device reported an error; see `last_error` */
} lb_status;

typedef enum {
  LB_FLOAT32 = 0,
  LB_BFLOAT16 = 1,
  LB_INT32 = 2,
  LB_UINT8 = 3,
  LB_BFLOAT16_TILES = 4, /* weights as decoding reads them: see lb_matrix */
  LB_INT8_TILES = 5,
} lb_dtype;

enum {
  LB_TILE_LINES = 32, /* rows that lie together in tiles */
  LB_SCALED = 32,     /* columns of a row that share a scale in tiles of int8 */
};

typedef struct lb_device lb_device;
typedef struct lb_stream lb_stream;

/* A row-major matrix: element (r, c) is data[r * stride + c].
 *
 * Weights that only enter products and gathers may lie in tiles instead: LB_TILE_LINES rows together, a column after the
 * other, so that a product reads them in the order of memory for one row and for many. Element (r, c) is number
 * (r / 32) * 32 * columns + c * 32 + r % 32; rows that fill up the last tile are zeros; the stride is `columns`. Of
 * LB_INT8_TILES an element is a whole number of -127 ... 127 times a float32 scale, rounded to float32. The scales lie
 * behind the last tile: that of (r, c) is number ((r / 32) * blocks + c / 32) * 32 + r % 32, blocks = columns / 32
 * rounded up. Bytes in all: rows rounded up * columns * size, and of int8 rows rounded up * blocks * 4 more. */
typedef struct {
  void *data;
  lb_dtype dtype; /* LB_FLOAT32 or LB_BFLOAT16; where a function says so, tiles */
  int64_t rows, columns, stride;
} lb_matrix;

/* Where a float32 gradient goes. */
typedef struct {
  float *data;     /* NULL: not wanted */
  bool accumulate; /* add to what is there, or overwrite it */
} lb_gradient;

/* Names one stream of counter-based random numbers (Philox 4x32-10, Salmon et al., SC 2011). Element i of a call draws
 * from counter (i / 4, step, stream), key = seed, so any element can be made again at any time: it takes word i % 4 of the
 * block, and u = (word >> 8) / 2^24 is its uniform number. For normal numbers words 0 and 1 give elements 0 and 1, words 2
 * and 3 the others: radius sqrt(-2 ln((word >> 8 + 1) / 2^24)) and angle 2 pi u, the cosine first (Box & Muller 1958). */
typedef struct {
  uint64_t seed;
  uint32_t step, stream;
} lb_random;

typedef enum {
  LB_RELU = 0,
  LB_SILU = 1,       /* x * sigmoid(x) */
  LB_GELU = 2,       /* exact, with erf */
  LB_GELU_TANH = 3,  /* tanh approximation */
  LB_QUICK_GELU = 4, /* x * sigmoid(1.702 x) */
  LB_TANH = 5,
  LB_SIGMOID = 6,
} lb_activation;

/* One sequence of a ragged batch: query rows [query_start, query_start + query_count) attend to key rows
 * [key_start, key_start + key_count). Under causal masking query i of the range sees its keys 0 ... position + i. */
typedef struct {
  int64_t query_start, query_count, key_start, key_count, position;
} lb_range;

typedef struct {
  int32_t query_heads, key_heads; /* query_heads is a multiple of key_heads (grouped-query attention) */
  int32_t head_size;              /* features of a head in q, k and v */
  float scale;                    /* multiplies q . k */
  bool causal;
  int64_t window; /* > 0: a query sees only the last `window` keys up to its own position; 0: all */
  int64_t prefix; /* with a window: the first `prefix` keys of a range are seen by every query, under causal masking
                     by those that have reached them */
} lb_attention;

/* A two-dimensional convolution over images stored as rows: input [images * height * width, input_channels],
 * output [images * output_height * output_width, output_channels], weight [output_channels, input_channels, kernel,
 * kernel] as PyTorch has it; output size = (size + 2 * padding - kernel) / stride + 1. */
typedef struct {
  int64_t images, height, width, input_channels, output_channels;
  int32_t kernel, stride, padding;
} lb_convolution;

/* How experts are chosen for a row: by scores made of its logits, within the best groups of experts. */
typedef struct {
  int32_t experts, chosen;     /* chosen of the experts take the row */
  int32_t groups, kept_groups; /* experts stand in groups of equal size; those outside the kept groups are not chosen */
  bool sigmoid;                /* a score is the sigmoid of its logit; else a softmax over all experts */
  bool two_best;               /* a group is worth the sum of its two best scores; else its best one */
  bool normalise;              /* the weights of the chosen are divided by their sum */
  float scale;                 /* multiplies the weights at last */
} lb_router;

/* Facts about a device, for `lightbox doctor`, benchmarks and plans. */
typedef struct {
  char name[128];         /* processor or GPU name */
  char instructions[128]; /* what was chosen at run time, e.g. "avx512" */
  char products[128];     /* what computes matrix products, e.g. "own, in tiles of 12 x 32" */
  int32_t threads;
  uint64_t memory_bytes;
} lb_device_facts;

typedef struct {
  /* -- Devices, memory, streams ------------------------------------------------------------------------------- */

  /* Opens device `index` with `threads` workers (0: one for each core). */
  lb_status (*open)(int32_t index, int32_t threads, lb_device **device);
  void (*close)(lb_device *device);
  lb_status (*facts)(lb_device *device, lb_device_facts *facts);
  /* The last failure in words, in memory of the device, valid until its next call. */
  const char *(*last_error)(lb_device *device);

  /* Device memory, aligned to 64 bytes at least; contents undefined. */
  lb_status (*allocate)(lb_device *device, size_t bytes, void **memory);
  void (*release)(lb_device *device, void *memory);

  lb_status (*stream_create)(lb_device *device, lb_stream **stream);
  void (*stream_destroy)(lb_stream *stream);
  lb_status (*synchronize)(lb_stream *stream);

  lb_status (*copy_to_device)(lb_stream *stream, void *destination, const void *host, size_t bytes);
  lb_status (*copy_to_host)(lb_stream *stream, void *host, const void *source, size_t bytes);
  lb_status (*copy)(lb_stream *stream, void *destination, const void *source, size_t bytes);
  lb_status (*fill_zero)(lb_stream *stream, void *destination, size_t bytes);

  /* -- Whole-tensor arithmetic; n elements ---------------------------------------------------------------------- */

  lb_status (*fill)(lb_stream *stream, float *y, int64_t n, float value);
  /* y = a + b. */
  lb_status (*add)(lb_stream *stream, const float *a, const float *b, float *y, int64_t n);
  /* y = scale * x, or y += scale * x. */
  lb_status (*scale)(lb_stream *stream, const float *x, float scale, lb_gradient y, int64_t n);
  /* y = a * b, or y += a * b. */
  lb_status (*multiply)(lb_stream *stream, const float *a, const float *b, lb_gradient y, int64_t n);
  lb_status (*activation_forward)(lb_stream *stream, lb_activation kind, const float *x, float *y, int64_t n);
  lb_status (*activation_backward)(lb_stream *stream, lb_activation kind, const float *x, const float *dy,
                                   lb_gradient dx, int64_t n);
  /* y = silu(gate) * up, the gated feed-forward of Llama (Shazeer 2020); gradients for both. `kind` as above. */
  lb_status (*gated_forward)(lb_stream *stream, lb_activation kind, const float *gate, const float *up, float *y,
                             int64_t n);
  lb_status (*gated_backward)(lb_stream *stream, lb_activation kind, const float *gate, const float *up,
                              const float *dy, lb_gradient dgate, lb_gradient dup, int64_t n);
  /* y = x / (1 - p) where the element is kept (u >= p), else 0. The gradient is the same call on dy, which draws the mask
   * again. */
  lb_status (*dropout)(lb_stream *stream, const float *x, lb_gradient y, int64_t n, float p, lb_random random);
  lb_status (*random_normal)(lb_stream *stream, float *y, int64_t n, float mean, float deviation, lb_random random);
  lb_status (*random_uniform)(lb_stream *stream, float *y, int64_t n, float low, float high, lb_random random);

  /* -- Rows and columns ------------------------------------------------------------------------------------------ */

  /* Copies a matrix into another of the same rows and columns, casting between float32, bfloat16 and tiles, to the nearest,
   * to even between two. Into int8 a scale is the largest absolute value of its elements / 127, and no number where one of
   * them is none or infinite. Not from tiles to tiles. */
  lb_status (*copy_matrix)(lb_stream *stream, lb_matrix source, lb_matrix destination);
  /* destination += source, both float32. */
  lb_status (*add_matrix)(lb_stream *stream, lb_matrix source, lb_matrix destination);
  /* y[r] = table[indices[r]], the table in any storage; LB_INVALID_ARGUMENT when an index is outside the table (checked on
   * the CPU). */
  lb_status (*gather_rows)(lb_stream *stream, lb_matrix table, const int32_t *indices, int64_t n, float *y);
  /* dtable[indices[r]] += dy[r], in the order of r. */
  lb_status (*scatter_add_rows)(lb_stream *stream, const float *dy, const int32_t *indices, int64_t n, lb_matrix dtable);
  /* y[r] = x[r] + vector. */
  lb_status (*add_row_vector)(lb_stream *stream, const float *x, const float *vector, float *y, int64_t rows,
                              int64_t columns);
  /* y[c] = sum over rows of x[r, c]: the gradient of a bias. */
  lb_status (*column_sums)(lb_stream *stream, const float *x, int64_t rows, int64_t columns, lb_gradient y);
  /* y[r] = sum over columns of a[r, c] * b[r, c]. */
  lb_status (*row_dots)(lb_stream *stream, const float *a, const float *b, int64_t rows, int64_t columns,
                        lb_gradient y);
  /* y[r, c] = vector[r] * x[r, c]: the gradient of row_dots. */
  lb_status (*scale_rows)(lb_stream *stream, const float *vector, const float *x, int64_t rows, int64_t columns,
                          lb_gradient y);
  /* y[s] = mean of the rows [starts[s], starts[s] + counts[s]) of x; zero for an empty range. starts, counts: host. */
  lb_status (*range_means)(lb_stream *stream, const float *x, const int64_t *starts, const int64_t *counts,
                           int64_t ranges, int64_t columns, float *y);
  /* dx[r] += dy[s] / counts[s] for each row r of range s. */
  lb_status (*range_means_backward)(lb_stream *stream, const float *dy, const int64_t *starts, const int64_t *counts,
                                    int64_t ranges, int64_t columns, float *dx);
  /* Sums over all n elements into one float32 on the device; accumulated in float64 inside. */
  lb_status (*sum)(lb_stream *stream, const float *x, int64_t n, float *y);
  /* Adds the sum of squares of x to the float64 at y on the device: the gradient norm over many tensors. */
  lb_status (*add_sum_of_squares)(lb_stream *stream, const float *x, int64_t n, double *y);

  /* -- Matrix products ------------------------------------------------------------------------------------------- */

  /* c = op(a) op(b) [+ c when accumulate] [+ bias in each row]; op transposes when its flag is set. c is float32.
   * Row r of c is the same bits whatever the other rows of a hold. b may lie in tiles when it is transposed: the same bits
   * as of the row-major float32 matrix with the same elements. bias: [c.columns] or NULL. */
  lb_status (*matmul)(lb_stream *stream, lb_matrix a, bool transpose_a, lb_matrix b, bool transpose_b, lb_matrix c,
                      bool accumulate, const float *bias);
  /* c[i] = op(a[i]) op(b[i]) [+ c[i] where accumulate[i]]: `count` products, each of its own shape and with the bits of a
   * `matmul`, done together. No c shares memory with another. a, b, c, accumulate: host arrays; accumulate may be NULL. */
  lb_status (*grouped_matmul)(lb_stream *stream, int64_t count, const lb_matrix *a, bool transpose_a,
                              const lb_matrix *b, bool transpose_b, const lb_matrix *c, const bool *accumulate);
  lb_status (*convolution_forward)(lb_stream *stream, lb_convolution shape, const float *x, const float *weight,
                                   const float *bias, float *y);
  /* Gradients of the input, weight and bias; each may be unwanted. */
  lb_status (*convolution_backward)(lb_stream *stream, lb_convolution shape, const float *x, const float *weight,
                                    const float *dy, lb_gradient dx, lb_gradient dweight, lb_gradient dbias);
  /* Cuts images [images, channels, height, width] into rows [images * (height/size) * (width/size),
   * channels * size * size], columns in the order channel, row, column; height and width are multiples of size. */
  lb_status (*patches_forward)(lb_stream *stream, const float *x, int64_t images, int64_t channels, int64_t height,
                               int64_t width, int64_t size, float *y);
  lb_status (*patches_backward)(lb_stream *stream, const float *dy, int64_t images, int64_t channels, int64_t height,
                                int64_t width, int64_t size, lb_gradient dx);

  /* -- Normalisation --------------------------------------------------------------------------------------------- */

  /* y = x * rsqrt(mean(x^2) + epsilon) * weight (Zhang & Sennrich 2019). Keeps the reciprocal root in scale[rows]. */
  lb_status (*rms_norm_forward)(lb_stream *stream, const float *x, const float *weight, float epsilon, int64_t rows,
                                int64_t columns, float *y, float *scale);
  lb_status (*rms_norm_backward)(lb_stream *stream, const float *x, const float *weight, const float *scale,
                                 const float *dy, int64_t rows, int64_t columns, lb_gradient dx, lb_gradient dweight);
  /* Layer normalisation (Ba et al. 2016); keeps mean[rows] and scale[rows]. */
  lb_status (*layer_norm_forward)(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                  float epsilon, int64_t rows, int64_t columns, float *y, float *mean, float *scale);
  lb_status (*layer_norm_backward)(lb_stream *stream, const float *x, const float *weight, const float *mean,
                                   const float *scale, const float *dy, int64_t rows, int64_t columns, lb_gradient dx,
                                   lb_gradient dweight, lb_gradient dbias);
  /* Batch normalisation over rows (Ioffe & Szegedy 2015), as PyTorch computes it: normalises with the biased variance
   * of this batch, and moves the running mean and unbiased running variance by `momentum`. Keeps mean and scale
   * [columns]. */
  lb_status (*batch_norm_training)(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                   float epsilon, float momentum, int64_t rows, int64_t columns, float *running_mean,
                                   float *running_variance, float *y, float *mean, float *scale);
  lb_status (*batch_norm_inference)(lb_stream *stream, const float *x, const float *weight, const float *bias,
                                    float epsilon, int64_t rows, int64_t columns, const float *running_mean,
                                    const float *running_variance, float *y);
  lb_status (*batch_norm_backward)(lb_stream *stream, const float *x, const float *weight, const float *mean,
                                   const float *scale, const float *dy, int64_t rows, int64_t columns, lb_gradient dx,
                                   lb_gradient dweight, lb_gradient dbias);

  /* -- Attention ------------------------------------------------------------------------------------------------- */

  /* Rotates pairs of features of each head by angle positions[row] * frequencies[pair] (Su et al. 2021). Pairs are
   * (i, i + size/2), or (2i, 2i + 1) when interleaved. `inverse` rotates back: the gradient. x may be y.
   * x, y: [rows, heads * head_size] with the given strides; frequencies: [head_size / 2]. */
  lb_status (*rotary)(lb_stream *stream, const float *x, int64_t x_stride, float *y, int64_t y_stride, int64_t rows,
                      int32_t heads, int32_t head_size, const int32_t *positions, const float *frequencies,
                      bool interleaved, bool inverse);
  /* out = softmax(scale * q k^T, masked) v for each range and head, never forming the full score matrix (Dao et al.
   * 2022). q, out: [query rows, query_heads * head_size]; k, v: [key rows, key_heads * head_size]; float32, strided.
   * log_sums: [query rows, query_heads], the log of the softmax denominator, for the backward pass; NULL if not wanted.
   * A query without keys gives zeros. Rows outside every range are left as they are. No two ranges share query rows;
   * they may share keys. ranges: host. */
  lb_status (*attention_forward)(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                 lb_matrix q, lb_matrix k, lb_matrix v, lb_matrix out, float *log_sums);
  /* dq, dk, dv have the shapes of q, k, v and are ADDED to (ranges may share keys); data NULL when not wanted. */
  lb_status (*attention_backward)(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                  lb_matrix q, lb_matrix k, lb_matrix v, lb_matrix out, const float *log_sums,
                                  lb_matrix dout, lb_matrix dq, lb_matrix dk, lb_matrix dv);
  /* The attention weights themselves, for pictures: for each range, sums over its query rows and heads the softmax
   * weights on each of its keys, divided by query_count * query_heads; weights: [key rows of k], other rows untouched.
   * Here no two ranges share keys. */
  lb_status (*attention_weights)(lb_stream *stream, lb_attention shape, const lb_range *ranges, int64_t count,
                                 lb_matrix q, lb_matrix k, float *weights);

  /* y = x + g * branch in rows where mask is set (every row when mask is NULL), y = x elsewhere and wherever g = 0, bit for
   * bit. g = tanh(gate[0]) when squash is set, else gate[0] (Alayrac et al. 2022). mask: [rows] bytes. */
  lb_status (*gated_residual_forward)(lb_stream *stream, const float *x, const float *branch, const float *gate,
                                      bool squash, const uint8_t *mask, int64_t rows, int64_t columns, float *y);
  /* dbranch is zero in rows that are not set; the gradient of x is dy itself. */
  lb_status (*gated_residual_backward)(lb_stream *stream, const float *branch, const float *gate, bool squash,
                                       const uint8_t *mask, const float *dy, int64_t rows, int64_t columns,
                                       lb_gradient dbranch, lb_gradient dgate);

  /* -- Experts --------------------------------------------------------------------------------------------------- */

  /* Chooses experts for each row of logits [rows, experts]; of equal scores the first. bias: [experts], is added to the
   * scores for the choice alone; NULL: none. indices: [rows, chosen], ascending in each row; weights: the same. */
  lb_status (*route_forward)(lb_stream *stream, lb_router router, const float *logits, const float *bias, int64_t rows,
                             int32_t *indices, float *weights);
  /* The gradient of the weights by the logits; the choice itself has none. */
  lb_status (*route_backward)(lb_stream *stream, lb_router router, const float *logits, const int32_t *indices,
                              const float *dweights, int64_t rows, lb_gradient dlogits);

  /* -- Losses ---------------------------------------------------------------------------------------------------- */

  /* Cross-entropy of the rows of hidden weight^T, a chunk of rows at a time, never the full logits. In one pass:
   *   losses[r]      = cross-entropy of row r with label smoothing (mean over classes, as PyTorch), 0 where ignored
   *   dhidden, dweight = gradients of sum over r of factors[r] * losses[r]
   * hidden: [n, d] float32; weight: [classes, d], in tiles where no gradient is wanted; targets: [n], -100 is ignored; factors: [n].
   * predictions: [n], the best class (the first of equals; -1 where ignored), or NULL. */
  lb_status (*linear_cross_entropy)(lb_stream *stream, lb_matrix hidden, lb_matrix weight, const int32_t *targets,
                                    const float *factors, float smoothing, float *losses, int32_t *predictions,
                                    lb_gradient dhidden, lb_gradient dweight);
  /* The same for logits that are there: [n, classes]. */
  lb_status (*cross_entropy)(lb_stream *stream, const float *logits, int64_t n, int64_t classes, const int32_t *targets,
                             const float *factors, float smoothing, float *losses, lb_gradient dlogits);
  /* losses[i] = binary cross-entropy of sigmoid(logits[i]) with targets[i] in [0, 1]; gradients of
   * sum of factors[i] * losses[i]; factor 0 leaves an element out: its loss is 0, and its target may be anything. */
  lb_status (*binary_cross_entropy)(lb_stream *stream, const float *logits, const float *targets, const float *factors,
                                    int64_t n, float *losses, lb_gradient dlogits);

  /* -- Optimizer ------------------------------------------------------------------------------------------------- */

  /* One AdamW step (Loshchilov & Hutter 2019), as torch.optim.AdamW: step counts from 1; the gradient is multiplied by
   * gradient_scale first. parameter, mean and square are float32. */
  lb_status (*adamw)(lb_stream *stream, float *parameter, const float *gradient, float *mean, float *square, int64_t n,
                     float rate, float beta1, float beta2, float epsilon, float decay, int64_t step,
                     float gradient_scale);
} lb_kernels;

/* The CPU: AVX-512, AVX2 or portable C, chosen at run time, matrix products too.
 * LIGHTBOX_INSTRUCTIONS=portable|avx2|avx512 in the environment asks for a lesser one, for tests. Always there. */
const lb_kernels *lb_cpu_kernels(void);

#ifdef __cplusplus
}
#endif
#endif
