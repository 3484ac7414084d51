/* Elementary functions of vectors, within 2 units in the last place or so; not-a-numbers pass through.
 * The polynomials are made by tools/reference/polynomials.py. Included inside the loops of `levels.h`. */
#if !defined(LIGHTBOX_FUNCTIONS_NAMES)
#define LIGHTBOX_FUNCTIONS_NAMES
#define round_even LB_NAME(round_even)
#define exponential_of_sum LB_NAME(exponential_of_sum)
#define exponential LB_NAME(exponential)
#define logarithm LB_NAME(logarithm)
#define sigmoid LB_NAME(sigmoid)
#define sigmoid_slope LB_NAME(sigmoid_slope)
#define hyperbolic_tangent LB_NAME(hyperbolic_tangent)
#define hyperbolic_tangent_slope LB_NAME(hyperbolic_tangent_slope)
#define normal_distribution LB_NAME(normal_distribution)
#define sine_and_cosine LB_NAME(sine_and_cosine)
#endif

/* To the nearest whole number, for |x| < 2^22. */
LB_INLINE floats round_even(floats x) {
  const float shift = 12582912.0f; /* 1.5 * 2^23: no fraction bits are left beside it */
  return (x + shift) - shift;
}

/* exp(x + correction) for a correction that is small beside 1. */
LB_INLINE floats exponential_of_sum(floats x, floats correction) {
  x = maximum(broadcast(-110.0f), minimum(broadcast(100.0f), x)); /* beyond: 0 and infinity all the same */
  const floats n = round_even(x * 1.44269504f);
  floats r = multiply_add(n, broadcast(-0.693145752f), x); /* ln 2 in two parts; the first has 15 bits */
  r = multiply_add(n, broadcast(-1.42860677e-06f), r) + correction;
  floats p = broadcast(0.00139065541f);
  p = multiply_add(p, r, broadcast(0.00836297218f));
  p = multiply_add(p, r, broadcast(0.0416667536f));
  p = multiply_add(p, r, broadcast(0.166665792f));
  p = multiply_add(p, r, broadcast(0.5f));
  p = multiply_add(p * r, r, r) + 1.0f;
  /* Two halves of the power, so that neither overflows where the product does not. */
  const integers power = __builtin_convertvector(select(n == n, n, broadcast(0)), integers);
  const integers half = power >> 1;
  return p * (floats)((half + 127) << 23) * (floats)((power - half + 127) << 23);
}

LB_INLINE floats exponential(floats x) { return exponential_of_sum(x, broadcast(0)); }

/* The natural logarithm of normal, positive numbers. */
LB_INLINE floats logarithm(floats x) {
  /* x = 2^n (1 + r) with 1 + r in [sqrt(1/2), sqrt(2)). */
  const integers bits = (integers)x - 0x3f3504f3;
  const floats n = __builtin_convertvector(bits >> 23, floats);
  const floats r = (floats)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  floats p = broadcast(-0.0751191527f);
  p = multiply_add(p, r, broadcast(0.127647564f));
  p = multiply_add(p, r, broadcast(-0.132005289f));
  p = multiply_add(p, r, broadcast(0.142027408f));
  p = multiply_add(p, r, broadcast(-0.166197002f));
  p = multiply_add(p, r, broadcast(0.20001182f));
  p = multiply_add(p, r, broadcast(-0.250009656f));
  p = multiply_add(p, r, broadcast(0.333333313f));
  p = multiply_add(p, r, broadcast(-0.49999997f));
  const floats low = multiply_add(n, broadcast(1.42860677e-06f), p * r * r);
  return multiply_add(n, broadcast(0.693145752f), r + low);
}

/* 1 / (1 + exp(-x)), never from a difference of near numbers. */
LB_INLINE floats sigmoid(floats x) {
  const floats e = exponential(-absolute(x));
  return select(x < 0, e, broadcast(1)) / (1.0f + e);
}

/* The derivative of the sigmoid. */
LB_INLINE floats sigmoid_slope(floats x) {
  const floats e = exponential(-absolute(x));
  const floats s = 1.0f + e;
  return e / (s * s);
}

LB_INLINE floats hyperbolic_tangent(floats x) {
  const floats size = absolute(x);
  const floats square = x * x;
  floats p = broadcast(0.00270065921f);
  p = multiply_add(p, square, broadcast(-0.00876578968f));
  p = multiply_add(p, square, broadcast(0.0219228771f));
  p = multiply_add(p, square, broadcast(-0.0539825037f));
  p = multiply_add(p, square, broadcast(0.133334294f));
  p = multiply_add(p, square, broadcast(-0.333333343f));
  const floats near_zero = multiply_add(x * square, p, x);
  const floats e = exponential(-2.0f * size);
  const floats far = (1.0f - e) / (1.0f + e);
  const integers sign = (integers)x & (int32_t)0x80000000;
  return select(size < 0.632f, near_zero, (floats)((integers)far | sign));
}

/* The derivative of the hyperbolic tangent, 1 - tanh(x)^2. */
LB_INLINE floats hyperbolic_tangent_slope(floats x) { return 4.0f * sigmoid_slope(2.0f * x); }

/* The cumulative normal distribution at x, and its density in `density`, each to full relative accuracy. With
 * z = |x| / sqrt(2): P(X < -|x|) = erfc(z) / 2 and erfc(z) = exp(-z^2) * p(t) / (1 + 2z), t = (z - 2) / (z + 2). */
LB_INLINE floats normal_distribution(floats x, floats *density) {
  const floats size = absolute(x);
  /* exp(-x^2 / 2) from a square without rounding error: the head of x has 12 bits. */
  const floats head = (floats)((integers)size & (int32_t)0xfffff000);
  const floats tail = size - head;
  const floats e = exponential_of_sum(-0.5f * head * head, -0.5f * tail * (size + head));
  *density = 0.398942280f * e;
  const floats z = minimum(broadcast(11.0f), 0.707106781f * size);
  const floats inverse = 1.0f / ((1.0f + 2.0f * z) * (z + 2.0f));
  const floats t = (z - 2.0f) * (1.0f + 2.0f * z) * inverse;
  floats p = broadcast(-0.000394602393f);
  p = multiply_add(p, t, broadcast(-0.00122124352f));
  p = multiply_add(p, t, broadcast(0.00131191965f));
  p = multiply_add(p, t, broadcast(0.00862652715f));
  p = multiply_add(p, t, broadcast(-0.00806017313f));
  p = multiply_add(p, t, broadcast(-0.0542040244f));
  p = multiply_add(p, t, broadcast(0.164055243f));
  p = multiply_add(p, t, broadcast(-0.166031212f));
  p = multiply_add(p, t, broadcast(-0.0927639455f));
  p = multiply_add(p, t, broadcast(1.27697837f));
  const floats below = 0.5f * e * p * (z + 2.0f) * inverse;
  return select(x < 0, below, 1.0f - below);
}

/* The sine and cosine of 2 pi x, for x in [0, 1]. */
LB_INLINE void sine_and_cosine(floats x, floats *sine, floats *cosine) {
  const floats quarter = round_even(4.0f * x);
  const floats angle = 6.28318531f * multiply_add(quarter, broadcast(-0.25f), x);
  const floats square = angle * angle;
  floats s = broadcast(3.37704955e-06f);
  s = multiply_add(s, square, broadcast(-0.000199007249f));
  s = multiply_add(s, square, broadcast(0.00833347347f));
  s = multiply_add(s, square, broadcast(-0.166666672f));
  s = multiply_add(s * square, angle, angle);
  floats c = broadcast(2.44609073e-05f);
  c = multiply_add(c, square, broadcast(-0.0013887611f));
  c = multiply_add(c, square, broadcast(0.041666653f));
  c = multiply_add(c, square, broadcast(-0.5f));
  c = multiply_add(c, square, broadcast(1.0f));
  const integers turn = __builtin_convertvector(quarter, integers);
  const integers swapped = -(turn & 1);
  const integers negative_sine = (turn & 2) << 30;
  const integers negative_cosine = ((turn + 1) & 2) << 30;
  *sine = (floats)((integers)select(swapped, c, s) ^ negative_sine);
  *cosine = (floats)((integers)select(swapped, s, c) ^ negative_cosine);
}
