/* The activation functions and their derivatives over vectors. Included inside the loops of `levels.h`. */
#if !defined(LIGHTBOX_ACTIVATION_NAMES)
#define LIGHTBOX_ACTIVATION_NAMES
#define activation LB_NAME(activation)
#define activation_slope LB_NAME(activation_slope)

/* Runs the statements with `chosen` a constant equal to `kind`, so that each kind has its own loop. */
#define LB_FOR_KIND(kind, ...)                                                          \
  switch (kind) {                                                                       \
    case LB_RELU: { const lb_activation chosen = LB_RELU; __VA_ARGS__ } break;          \
    case LB_SILU: { const lb_activation chosen = LB_SILU; __VA_ARGS__ } break;          \
    case LB_GELU: { const lb_activation chosen = LB_GELU; __VA_ARGS__ } break;          \
    case LB_GELU_TANH: { const lb_activation chosen = LB_GELU_TANH; __VA_ARGS__ } break; \
    case LB_QUICK_GELU: { const lb_activation chosen = LB_QUICK_GELU; __VA_ARGS__ } break; \
    case LB_TANH: { const lb_activation chosen = LB_TANH; __VA_ARGS__ } break;          \
    case LB_SIGMOID: { const lb_activation chosen = LB_SIGMOID; __VA_ARGS__ } break;    \
  }
#endif

LB_INLINE floats activation(lb_activation kind, floats x) {
  switch (kind) {
    case LB_RELU:
      return maximum(broadcast(0), x);
    case LB_SILU:
      return x * sigmoid(x);
    case LB_GELU: {
      floats density;
      return x * normal_distribution(x, &density);
    }
    case LB_GELU_TANH: {
      /* (1 + tanh(u)) / 2 is sigmoid(2u), and u = sqrt(2 / pi) (x + 0.044715 x^3) has settled long before 16. */
      const floats bounded = maximum(broadcast(-16), minimum(broadcast(16), x));
      return x * sigmoid(1.59576912f * bounded * multiply_add(0.044715f * bounded, bounded, broadcast(1)));
    }
    case LB_QUICK_GELU:
      return x * sigmoid(1.702f * x);
    case LB_TANH:
      return hyperbolic_tangent(x);
    case LB_SIGMOID:
      return sigmoid(x);
  }
  return x;
}

/* The derivative at x. */
LB_INLINE floats activation_slope(lb_activation kind, floats x) {
  switch (kind) {
    case LB_RELU:
      return select(x > 0, broadcast(1), broadcast(0));
    case LB_SILU:
      return multiply_add(x, sigmoid_slope(x), sigmoid(x));
    case LB_GELU: {
      floats density;
      const floats below = normal_distribution(x, &density);
      return multiply_add(x, density, below);
    }
    case LB_GELU_TANH: {
      const floats bounded = maximum(broadcast(-16), minimum(broadcast(16), x));
      const floats u = 1.59576912f * bounded * multiply_add(0.044715f * bounded, bounded, broadcast(1));
      const floats slope = 1.59576912f * multiply_add(0.134145f * bounded, bounded, broadcast(1));
      return multiply_add(bounded * sigmoid_slope(u), slope, sigmoid(u));
    }
    case LB_QUICK_GELU:
      return multiply_add(1.702f * x, sigmoid_slope(1.702f * x), sigmoid(1.702f * x));
    case LB_TANH:
      return hyperbolic_tangent_slope(x);
    case LB_SIGMOID:
      return sigmoid_slope(x);
  }
  return broadcast(1);
}
