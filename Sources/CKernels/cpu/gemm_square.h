/* Vectors of float32 or bfloat16, and squares of them transposed in registers. Included inside the loops of `levels.h`. */
#if !defined(LIGHTBOX_GEMM_SQUARE_NAMES)
#define LIGHTBOX_GEMM_SQUARE_NAMES
#define transpose LB_NAME(transpose)
#define load_half LB_NAME(load_half)
#define load_lines LB_NAME(load_lines)

/* Lane l of the two rows of a pair after SWAP(s): below LB_LANES from the first row, above from the second. */
#define LOW_LANE(l, s) (((l) & (s)) ? LB_LANES + (l) - (s) : (l))
#define HIGH_LANE(l, s) (((l) & (s)) ? LB_LANES + (l) : (l) + (s))

#endif

#undef EACH_LANE
#if LB_LANES == 16
#define EACH_LANE(X, s)                                                                                         \
  X(0, s), X(1, s), X(2, s), X(3, s), X(4, s), X(5, s), X(6, s), X(7, s), X(8, s), X(9, s), X(10, s), X(11, s), \
      X(12, s), X(13, s), X(14, s), X(15, s)
#elif LB_LANES == 8
#define EACH_LANE(X, s) X(0, s), X(1, s), X(2, s), X(3, s), X(4, s), X(5, s), X(6, s), X(7, s)
#else
#define EACH_LANE(X, s) X(0, s), X(1, s), X(2, s), X(3, s)
#endif

/* Swaps the off-diagonal blocks of size s of each pair of rows that are s apart. */
#define SWAP(s)                                                                         \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < LB_LANES; i++) {               \
    if ((i & (s)) == 0) {                                                               \
      const floats a = x[i], b = x[i + (s)];                                            \
      x[i] = __builtin_shufflevector(a, b, EACH_LANE(LOW_LANE, s));                     \
      x[i + (s)] = __builtin_shufflevector(a, b, EACH_LANE(HIGH_LANE, s));              \
    }                                                                                   \
  }

/* Transposes a square of LB_LANES vectors. */
LB_INLINE void transpose(floats *x) {
#if LB_LANES > 8
  SWAP(8)
#endif
#if LB_LANES > 4
  SWAP(4)
#endif
  SWAP(2)
  SWAP(1)
}

/* bfloat16 is the upper half of a float32. */
LB_INLINE floats load_half(const uint16_t *p) {
  typedef uint16_t halves __attribute__((vector_size(LB_LANES * 2)));
  typedef uint32_t words __attribute__((vector_size(LB_LANES * 4)));
  halves x;
  memcpy(&x, p, sizeof x);
  return (floats)(__builtin_convertvector(x, words) << 16);
}

/* `count` elements from the element at `index`; the other lanes are zero. */
LB_INLINE floats load_lines(const void *data, bool half, int64_t index, int64_t count) {
  if (!half) {
    const float *p = (const float *)data + index;
    return count >= LB_LANES ? load(p) : load_some(p, count);
  }
  const uint16_t *p = (const uint16_t *)data + index;
  if (count >= LB_LANES) {
    return load_half(p);
  }
  uint16_t some[LB_LANES] = {0};
  memcpy(some, p, (size_t)count * sizeof *p);
  return load_half(some);
}
