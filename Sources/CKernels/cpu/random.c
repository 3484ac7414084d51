/* Counter-based random numbers: Philox 4x32-10 (Salmon et al., SC 2011), dropout, uniform and normal numbers.
 *
 * Block b of a call is Philox of counter (b low, b high, step, stream) under key (seed low, seed high). Element i takes
 * word i % 4 of block i / 4; a word w stands for the uniform number u = (w >> 8) / 2^24.
 * - uniform: low + u (high - low). - dropout keeps the element where u >= p.
 * - normal: words 0 and 1 of a block give elements 0 and 1, words 2 and 3 the others, by Box & Muller (1958):
 *   radius sqrt(-2 ln((w >> 8 + 1) / 2^24)) from the first, angle 2 pi u from the second; cosine first, then sine.
 */
#ifdef LB_LEVEL
#include "functions.h"

typedef uint32_t LB_NAME(words) __attribute__((vector_size(LB_LANES * 4)));
typedef uint64_t LB_NAME(products) __attribute__((vector_size(LB_LANES * 4)));
#define words LB_NAME(words)
#define products LB_NAME(products)

#if LB_LANES == 4
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif LB_LANES == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

/* The low words of a * factor, and in `high` the high words: products of the even lanes and of the odd ones. */
LB_INLINE words LB_NAME(multiply_words)(words a, uint64_t factor, words *high) {
  const uint64_t low_half = 0xffffffff;
  const products even = ((products)a & low_half) * factor, odd = ((products)a >> 32) * factor;
  *high = (words)(even >> 32 | (odd & ~low_half));
  return (words)((even & low_half) | odd << 32);
}

/* One round multiplies two of the words and crosses them over. */
LB_INLINE void LB_NAME(philox_round)(words block[4], uint32_t key0, uint32_t key1) {
  words first_high, second_high;
  const words first_low = LB_NAME(multiply_words)(block[0], 0xd2511f53u, &first_high);
  const words second_low = LB_NAME(multiply_words)(block[2], 0xcd9e8d57u, &second_high);
  block[0] = second_high ^ block[1] ^ key0;
  block[1] = second_low;
  block[2] = first_high ^ block[3] ^ key1;
  block[3] = first_low;
}

/* The words of blocks first ... first + LB_LANES - 1, by word. */
LB_INLINE void LB_NAME(philox)(lb_random random, uint64_t first, words block[4]) {
  block[0] = (words)lane_numbers() + (uint32_t)first;
  const words carry = (words)(block[0] < (uint32_t)first); /* all ones, that is -1, where the sum went round */
  block[1] = (words){0} + (uint32_t)(first >> 32) - carry;
  block[2] = (words){0} + random.step;
  block[3] = (words){0} + random.stream;
  uint32_t key0 = (uint32_t)random.seed, key1 = (uint32_t)(random.seed >> 32);
  for (int round = 0; round < 10; round++) {
    LB_NAME(philox_round)(block, key0, key1);
    key0 += 0x9e3779b9u;
    key1 += 0xbb67ae85u;
  }
}

LB_INLINE floats LB_NAME(uniform)(words w) {
  return __builtin_convertvector((integers)(w >> 8), floats) * 0x1p-24f;
}

/* Puts values by word into the order of the elements: four vectors one after the other. */
LB_INLINE void LB_NAME(interleave)(floats values[4]) {
  const floats even_low = INTERLEAVE_LOW(values[0], values[2]), even_high = INTERLEAVE_HIGH(values[0], values[2]);
  const floats odd_low = INTERLEAVE_LOW(values[1], values[3]), odd_high = INTERLEAVE_HIGH(values[1], values[3]);
  values[0] = INTERLEAVE_LOW(even_low, odd_low);
  values[1] = INTERLEAVE_HIGH(even_low, odd_low);
  values[2] = INTERLEAVE_LOW(even_high, odd_high);
  values[3] = INTERLEAVE_HIGH(even_high, odd_high);
}

/* Uniform numbers for elements start ... start + 4 * LB_LANES - 1; start is a multiple of 4. */
LB_INLINE void LB_NAME(uniforms)(lb_random random, int64_t start, floats values[4]) {
  words block[4];
  LB_NAME(philox)(random, (uint64_t)start / 4, block);
  for (int word = 0; word < 4; word++) {
    values[word] = LB_NAME(uniform)(block[word]);
  }
  LB_NAME(interleave)(values);
}

LB_INLINE void LB_NAME(normals)(lb_random random, int64_t start, floats values[4]) {
  words block[4];
  LB_NAME(philox)(random, (uint64_t)start / 4, block);
  for (int pair = 0; pair < 4; pair += 2) {
    const floats radius = square_root(-2.0f * logarithm(LB_NAME(uniform)(block[pair]) + 0x1p-24f));
    floats sine, cosine;
    sine_and_cosine(LB_NAME(uniform)(block[pair + 1]), &sine, &cosine);
    values[pair] = radius * cosine;
    values[pair + 1] = radius * sine;
  }
  LB_NAME(interleave)(values);
}

static void LB_NAME(dropout_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const drawing *call = context;
  const int64_t end = lb_elements_end(piece, call->n);
  for (int64_t start = lb_elements_start(piece); start < end; start += 4 * LB_LANES) {
    floats uniform[4];
    LB_NAME(uniforms)(call->random, start, uniform);
    const floats *next = uniform;
    LB_EACH_VECTOR(start, lb_minimum(end, start + 4 * LB_LANES), {
      const integers kept = *next++ >= call->low;
      const floats x = select(kept, load_some(call->x + i, count), broadcast(0));
      const floats scale = broadcast(call->high);
      store_some(call->y + i, call->accumulate ? multiply_add(x, scale, load_some(call->y + i, count)) : x * scale,
                 count);
    });
  }
}

static void LB_NAME(uniform_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const drawing *call = context;
  const int64_t end = lb_elements_end(piece, call->n);
  for (int64_t start = lb_elements_start(piece); start < end; start += 4 * LB_LANES) {
    floats uniform[4];
    LB_NAME(uniforms)(call->random, start, uniform);
    const floats *next = uniform;
    LB_EACH_VECTOR(start, lb_minimum(end, start + 4 * LB_LANES), {
      store_some(call->y + i, call->low + *next++ * (call->high - call->low), count);
    });
  }
}

static void LB_NAME(normal_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const drawing *call = context;
  const int64_t end = lb_elements_end(piece, call->n);
  for (int64_t start = lb_elements_start(piece); start < end; start += 4 * LB_LANES) {
    floats normal[4];
    LB_NAME(normals)(call->random, start, normal);
    const floats *next = normal;
    LB_EACH_VECTOR(start, lb_minimum(end, start + 4 * LB_LANES), {
      store_some(call->y + i, call->low + *next++ * call->high, count);
    });
  }
}

#undef INTERLEAVE_LOW
#undef INTERLEAVE_HIGH
#undef words
#undef products

#else
#include "cpu.h"

typedef struct {
  const float *x;
  float *y;
  int64_t n;
  float low, high; /* bounds; or mean and deviation; or the probability of a zero and the factor of the rest */
  bool accumulate;
  lb_random random;
} drawing;

#define LB_LOOPS "random.c"
#include "levels.h"

lb_status lb_cpu_dropout(lb_stream *stream, const float *x, lb_gradient y, int64_t n, float p, lb_random random) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || x != NULL), "dropout: no memory for %lld elements", (long long)n);
  LB_REQUIRE(device, p >= 0 && p < 1, "dropout: the probability %g is not in [0, 1)", (double)p);
  if (y.data == NULL) {
    return LB_OK;
  }
  drawing call = {x, y.data, n, p, 1 / (1 - p), y.accumulate, random};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, dropout_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_random_normal(lb_stream *stream, float *y, int64_t n, float mean, float deviation, lb_random random) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || y != NULL), "random_normal: no memory for %lld elements",
             (long long)n);
  drawing call = {NULL, y, n, mean, deviation, false, random};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, normal_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_random_uniform(lb_stream *stream, float *y, int64_t n, float low, float high, lb_random random) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(n, 1) && (n == 0 || y != NULL), "random_uniform: no memory for %lld elements",
             (long long)n);
  drawing call = {NULL, y, n, low, high, false, random};
  lb_parallel_for(device, lb_element_pieces(n), LB_BEST(device, uniform_piece), &call);
  return LB_OK;
}
#endif
