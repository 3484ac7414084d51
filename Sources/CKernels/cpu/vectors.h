/* Vectors of LB_LANES floats, in the vector extension of clang, for the loops of `levels.h`.
 *
 * Loads and stores need no alignment. The last, partial vector of a row is loaded with `load_some`, which fills the
 * rest with zeros, and goes through the same arithmetic: an element's bits do not depend on where it lies.
 */
#if !defined(LB_LEVEL)

#ifndef LIGHTBOX_VECTORS_H
#define LIGHTBOX_VECTORS_H

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LB_INLINE static inline __attribute__((always_inline, unused))

/* Runs the statements for each vector of elements start ... end - 1: `i` is its first element and `count` how many it
 * has, LB_LANES (known to the compiler) for all but the last. */
#define LB_EACH_VECTOR(start, end, ...)               \
  do {                                                \
    int64_t i = (start);                              \
    for (; i + LB_LANES <= (end); i += LB_LANES) {    \
      const int64_t count = LB_LANES;                 \
      __VA_ARGS__                                     \
    }                                                 \
    if (i < (end)) {                                  \
      const int64_t count = (end) - i;                \
      __VA_ARGS__                                     \
    }                                                 \
  } while (0)

/* The names below are short in the loops and distinct for each instruction set. */
#define floats LB_NAME(floats)
#define integers LB_NAME(integers)
#define load LB_NAME(load)
#define load_some LB_NAME(load_some)
#define store LB_NAME(store)
#define store_some LB_NAME(store_some)
#define store_past LB_NAME(store_past)
#define lane_numbers LB_NAME(lane_numbers)
#define keep_some LB_NAME(keep_some)
#define broadcast LB_NAME(broadcast)
#define select LB_NAME(select)
#define minimum LB_NAME(minimum)
#define maximum LB_NAME(maximum)
#define absolute LB_NAME(absolute)
#define multiply_add LB_NAME(multiply_add)
#define square_root LB_NAME(square_root)
#define sum_lanes LB_NAME(sum_lanes)
#define maximum_lanes LB_NAME(maximum_lanes)

#endif

#else

typedef float floats __attribute__((vector_size(LB_LANES * 4)));
typedef int32_t integers __attribute__((vector_size(LB_LANES * 4)));

LB_INLINE floats load(const float *p) {
  floats x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}

LB_INLINE void store(float *p, floats x) { __builtin_memcpy(p, &x, sizeof x); }

/* The first `count` (0 < count <= LB_LANES) floats at p; the other lanes are zero. */
LB_INLINE floats load_some(const float *p, int64_t count) {
  if (count == LB_LANES) {
    return load(p);
  }
#if LB_LANES == 16
  return (floats)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif LB_LANES == 8
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (floats)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes));
#else
  floats x = {0};
  for (int64_t i = 0; i < count; i++) {
    x[i] = p[i];
  }
  return x;
#endif
}

LB_INLINE void store_some(float *p, floats x, int64_t count) {
  if (count == LB_LANES) {
    store(p, x);
    return;
  }
#if LB_LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)x);
#elif LB_LANES == 8
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes), (__m256)x);
#else
  for (int64_t i = 0; i < count; i++) {
    p[i] = x[i];
  }
#endif
}

/* As `store_some`, but when `past_cache` is set (see `lb_goes_past_cache`) the memory is not read into the cache first. */
LB_INLINE void store_past(float *p, floats x, int64_t count, bool past_cache) {
  if (past_cache && count == LB_LANES) {
    __builtin_nontemporal_store(x, (floats *)p);
  } else {
    store_some(p, x, count);
  }
}

/* The difference from zero is the value itself, also for -0 and NaN, so no instruction is left of it. */
LB_INLINE floats broadcast(float value) { return value - (floats){0}; }

/* Lane by lane: where `mask` is set (all ones) a, else b. */
LB_INLINE floats select(integers mask, floats a, floats b) {
  return (floats)((mask & (integers)a) | (~mask & (integers)b));
}

/* 0, 1, 2 ... */
LB_INLINE integers lane_numbers(void) {
#if LB_LANES == 16
  return (integers){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LB_LANES == 8
  return (integers){0, 1, 2, 3, 4, 5, 6, 7};
#else
  return (integers){0, 1, 2, 3};
#endif
}

/* The first `count` lanes of x, and `rest` beyond them. */
LB_INLINE floats keep_some(floats x, int64_t count, floats rest) {
  if (count == LB_LANES) {
    return x;
  }
  return select(lane_numbers() < (int32_t)count, x, rest);
}

/* The second where either is not a number, as the processor has it. */
LB_INLINE floats minimum(floats a, floats b) { return select(a < b, a, b); }
LB_INLINE floats maximum(floats a, floats b) { return select(a > b, a, b); }
LB_INLINE floats absolute(floats x) { return (floats)((integers)x & 0x7fffffff); }
LB_INLINE floats square_root(floats x) { return __builtin_elementwise_sqrt(x); }

/* a * b + c, in one rounding where the processor has it. */
LB_INLINE floats multiply_add(floats a, floats b, floats c) {
#if LB_LANES == 4
  return a * b + c;
#else
  return __builtin_elementwise_fma(a, b, c);
#endif
}

/* The sum of the lanes, in a fixed order. */
LB_INLINE float sum_lanes(floats x) {
  float lanes[LB_LANES];
  store(lanes, x);
  for (int width = LB_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) {
      lanes[i] += lanes[i + width];
    }
  }
  return lanes[0];
}

LB_INLINE float maximum_lanes(floats x) {
  float lanes[LB_LANES];
  store(lanes, x);
  for (int width = LB_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) {
      lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    }
  }
  return lanes[0];
}

#endif
