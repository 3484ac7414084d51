// Loops over samples: look-up, histogram, scaling.
#include "imaging.h"

void imaging_look_up_8(const uint8_t *samples, size_t count, const float *table, float *output) {
  for (size_t index = 0; index < count; index++) output[index] = table[samples[index]];
}

void imaging_look_up_16(const uint16_t *samples, size_t count, const float *table, float *output) {
  for (size_t index = 0; index < count; index++) output[index] = table[samples[index]];
}

void imaging_count_8(const uint8_t *samples, size_t count, uint64_t *counts) {
  for (size_t index = 0; index < count; index++) counts[samples[index]]++;
}

void imaging_count_16(const uint16_t *samples, size_t count, uint64_t *counts) {
  for (size_t index = 0; index < count; index++) counts[samples[index]]++;
}

void imaging_scale(const float *input, size_t count, float gain, float bias, float *output) {
  for (size_t index = 0; index < count; index++) output[index] = input[index] * gain + bias;
}
