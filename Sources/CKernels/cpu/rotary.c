/* Rotary position embedding (Su et al. 2021). */
#ifdef LB_LEVEL

/* Pairs (i, i + half): half a head is a run of vectors. */
static void LB_NAME(rotate_halves)(const float *x, float *y, int64_t half, const float *cosines, const float *sines) {
  int64_t i = 0;
  for (; i < half; i += LB_LANES) {
    const int64_t count = lb_minimum(half - i, LB_LANES);
    if (count == LB_LANES) {
      const floats a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = load(sines + i);
      store(y + i, a * c - b * s);
      store(y + half + i, a * s + b * c);
    } else {
      const floats a = load_some(x + i, count), b = load_some(x + half + i, count);
      const floats c = load_some(cosines + i, count), s = load_some(sines + i, count);
      store_some(y + i, a * c - b * s, count);
      store_some(y + half + i, a * s + b * c, count);
    }
  }
}

/* Pairs (2i, 2i + 1); cosines and sines are there twice, -sine for the first of a pair and sine for the second. */
static void LB_NAME(rotate_pairs)(const float *x, float *y, int64_t half, const float *cosines, const float *sines) {
  for (int64_t i = 0; i < 2 * half; i += LB_LANES) {
    const int64_t count = lb_minimum(2 * half - i, LB_LANES);
    const floats a = count == LB_LANES ? load(x + i) : load_some(x + i, count);
    const floats c = load(cosines + i), s = load(sines + i);
    floats other;
    for (int lane = 0; lane < LB_LANES; lane++) {
      other[lane] = a[lane ^ 1];
    }
    if (count == LB_LANES) {
      store(y + i, a * c + other * s);
    } else {
      store_some(y + i, a * c + other * s, count);
    }
  }
}

/* The sines (times `sign`) and cosines of position * frequencies, whose angles are rounded to float32 as references
 * have it. With fused multiply-adds: what is left of an angle below 2^20 after whole quarter turns is then exact to
 * float32; larger angles, and processors without them, go to the library. */
static void LB_NAME(find_sines)(float position, const float *frequencies, int64_t half, float sign, float *cosines,
                                float *sines) {
  for (int64_t i = 0; i < half; i += LB_LANES) {
    const int64_t count = lb_minimum(half - i, LB_LANES);
    bool large = LB_LANES == 4;
    for (int64_t j = i; j < i + count && !large; j++) {
      large = !(fabsf(position * frequencies[j]) < 1048576.0f);
    }
    if (large) {
      for (int64_t j = i; j < i + count; j++) {
        cosines[j] = cosf(position * frequencies[j]);
        sines[j] = sign * sinf(position * frequencies[j]);
      }
      continue;
    }
    const floats angle = position * (count == LB_LANES ? load(frequencies + i) : load_some(frequencies + i, count));
    const floats shift = broadcast(12582912.0f); /* 1.5 * 2^23: the sum has the nearest whole number in its low bits */
    const floats shifted = multiply_add(angle, broadcast(0.636619747f), shift);
    const floats quarters = shifted - shift;
    floats rest = multiply_add(quarters, broadcast(-1.57079637f), angle); /* pi / 2 in three parts */
    rest = multiply_add(quarters, broadcast(4.37113883e-08f), rest);
    rest = multiply_add(quarters, broadcast(1.71512489e-15f), rest);
    const floats square = rest * rest;
    floats s = broadcast(2.71833169e-06f);
    s = multiply_add(s, square, broadcast(-0.000198393347f));
    s = multiply_add(s, square, broadcast(0.00833332912f));
    s = multiply_add(s, square, broadcast(-0.166666666f));
    s = multiply_add(s * square, rest, rest);
    floats c = broadcast(2.44331568e-05f);
    c = multiply_add(c, square, broadcast(-0.00138873165f));
    c = multiply_add(c, square, broadcast(0.0416666455f));
    c = multiply_add(c, square, broadcast(-0.5f));
    c = multiply_add(c, square, broadcast(1.0f));
    const integers turn = (integers)shifted;
    const integers swapped = -(turn & 1);
    const floats sine = (floats)((integers)select(swapped, c, s) ^ ((turn & 2) << 30));
    const floats cosine = (floats)((integers)select(swapped, s, c) ^ (((turn + 1) & 2) << 30));
    if (count == LB_LANES) {
      store(cosines + i, cosine);
      store(sines + i, sign * sine);
    } else {
      store_some(cosines + i, cosine, count);
      store_some(sines + i, sign * sine, count);
    }
  }
}

#else
#include "cpu.h"

#include <math.h>
#include <string.h>

#define LB_LOOPS "rotary.c"
#include "levels.h"

enum { rows_of_piece = 32, most_lanes = 16 };

/* Floats for the cosines of a row: whole vectors of its features. */
static int64_t room(int32_t size) { return lb_divide_up(size, most_lanes) * most_lanes; }

typedef struct {
  lb_device *device;
  const float *x;
  float *y;
  int64_t x_stride, y_stride, rows;
  int32_t heads, size;
  const int32_t *positions;
  const float *frequencies;
  bool interleaved, inverse;
} rotation;

/* Spreads the sines and cosines of pairs over their two features; from the last on, in place. */
static void spread(int64_t half, float *cosines, float *sines) {
  for (int64_t i = half - 1; i >= 0; i--) {
    const float cosine = cosines[i], sine = sines[i];
    cosines[2 * i] = cosines[2 * i + 1] = cosine;
    sines[2 * i] = -sine;
    sines[2 * i + 1] = sine;
  }
}

static void rotate_rows(void *context, int64_t piece, int32_t worker) {
  const rotation *call = context;
  const int64_t half = call->size / 2;
  float *cosines = lb_scratch(call->device, worker), *sines = cosines + room(call->size);
  void (*rotate)(const float *, float *, int64_t, const float *, const float *) =
      call->interleaved ? LB_BEST(call->device, rotate_pairs) : LB_BEST(call->device, rotate_halves);
  const int64_t end = lb_minimum(call->rows, (piece + 1) * rows_of_piece);
  for (int64_t row = piece * rows_of_piece; row < end; row++) {
    if (row == piece * rows_of_piece || call->positions[row] != call->positions[row - 1]) {
      LB_BEST(call->device, find_sines)((float)call->positions[row], call->frequencies, half, call->inverse ? -1 : 1,
                                        cosines, sines);
      if (call->interleaved) {
        spread(half, cosines, sines);
      }
    }
    for (int32_t head = 0; head < call->heads; head++) {
      rotate(call->x + row * call->x_stride + (int64_t)head * call->size,
             call->y + row * call->y_stride + (int64_t)head * call->size, half, cosines, sines);
    }
  }
}

lb_status lb_cpu_rotary(lb_stream *stream, const float *x, int64_t x_stride, float *y, int64_t y_stride, int64_t rows,
                        int32_t heads, int32_t head_size, const int32_t *positions, const float *frequencies,
                        bool interleaved, bool inverse) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  lb_device *device = stream->device;
  LB_REQUIRE(device, heads >= 0 && head_size >= 0 && head_size % 2 == 0 && head_size <= 65536,
             "rotary: %d heads of size %d", heads, head_size);
  LB_REQUIRE(device, x_stride >= (int64_t)heads * head_size && y_stride >= (int64_t)heads * head_size &&
                         lb_is_size(rows, x_stride) && lb_is_size(rows, y_stride),
             "rotary: rows of %d heads of size %d do not fit strides %lld and %lld", heads, head_size,
             (long long)x_stride, (long long)y_stride);
  if (rows == 0 || heads == 0 || head_size == 0) {
    return LB_OK;
  }
  LB_REQUIRE(device, x != NULL && y != NULL && positions != NULL && frequencies != NULL, "rotary: no memory");
  LB_TRY(lb_reserve_scratch(device, (size_t)(2 * room(head_size)) * sizeof(float)));
  rotation call = {device, x, y, x_stride, y_stride, rows, heads, head_size, positions, frequencies, interleaved,
                   inverse};
  lb_parallel_for(device, lb_divide_up(rows, rows_of_piece), rotate_rows, &call);
  return LB_OK;
}

#endif
