/* Cutting images into patches, each one row, and putting gradients of patches back. */
#include "cpu.h"

#include <string.h>

typedef struct {
  const float *from;
  float *to;
  int64_t channels, height, width, size;
  bool accumulate;
} patches;

/* One row of patches of one image: for each channel, `size` lines of the image. */
static void cut_patches(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const patches *call = context;
  const int64_t size = call->size, down = call->height / size, across = call->width / size;
  const int64_t image = piece / down, first_line = piece % down * size, columns = call->channels * size * size;
  for (int64_t channel = 0; channel < call->channels; channel++) {
    for (int64_t line = 0; line < size; line++) {
      const float *from = call->from + ((image * call->channels + channel) * call->height + first_line + line) *
                                           call->width;
      float *to = call->to + piece * across * columns + (channel * size + line) * size;
      for (int64_t patch = 0; patch < across; patch++) {
        memcpy(to + patch * columns, from + patch * size, (size_t)size * sizeof(float));
      }
    }
  }
}

static void join_patches(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const patches *call = context;
  const int64_t size = call->size, down = call->height / size, across = call->width / size;
  const int64_t image = piece / down, first_line = piece % down * size, columns = call->channels * size * size;
  for (int64_t channel = 0; channel < call->channels; channel++) {
    for (int64_t line = 0; line < size; line++) {
      float *to = call->to + ((image * call->channels + channel) * call->height + first_line + line) * call->width;
      const float *from = call->from + piece * across * columns + (channel * size + line) * size;
      for (int64_t patch = 0; patch < across; patch++) {
        for (int64_t i = 0; i < size; i++) {
          const float x = from[patch * columns + i];
          to[patch * size + i] = call->accumulate ? to[patch * size + i] + x : x;
        }
      }
    }
  }
}

static lb_status run(lb_stream *stream, const char *function, lb_piece work, const float *from, int64_t images,
                     int64_t channels, int64_t height, int64_t width, int64_t size, float *to, bool accumulate) {
  int64_t columns, rows;
  LB_REQUIRE(stream->device, images >= 0 && channels >= 0 && size > 0 && height >= 0 && width >= 0 &&
                                 height % size == 0 && width % size == 0,
             "%s: images of %lld x %lld are not whole patches of %lld", function, (long long)height, (long long)width,
             (long long)size);
  LB_REQUIRE(stream->device, !__builtin_mul_overflow(images, channels, &rows) &&
                                 !__builtin_mul_overflow(height, width, &columns) && lb_is_size(rows, columns),
             "%s: the images are too large", function);
  if (rows == 0 || columns == 0) {
    return LB_OK;
  }
  LB_REQUIRE(stream->device, from != NULL && to != NULL, "%s: no memory", function);
  patches call = {from, to, channels, height, width, size, accumulate};
  lb_parallel_for(stream->device, images * (height / size), work, &call);
  return LB_OK;
}

lb_status lb_cpu_patches_forward(lb_stream *stream, const float *x, int64_t images, int64_t channels, int64_t height,
                                 int64_t width, int64_t size, float *y) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  return run(stream, "patches_forward", cut_patches, x, images, channels, height, width, size, y, false);
}

lb_status lb_cpu_patches_backward(lb_stream *stream, const float *dy, int64_t images, int64_t channels, int64_t height,
                                  int64_t width, int64_t size, lb_gradient dx) {
  if (stream == NULL) {
    return LB_INVALID_ARGUMENT;
  }
  if (dx.data == NULL) {
    return LB_OK;
  }
  return run(stream, "patches_backward", join_patches, dy, images, channels, height, width, size, dx.data,
             dx.accumulate);
}
