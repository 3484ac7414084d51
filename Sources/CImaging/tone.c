// Changes of intensity for augmentation.
#include <math.h>

#include "imaging.h"

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: the finaliser of SplitMix64.
static uint64_t mix(uint64_t value) {
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
  value = (value ^ value >> 27) * 0x94D049BB133111EBu;
  return value ^ value >> 31;
}

// The sum of four uniform numbers, near enough to a normal one: mean 0, variance 1, at most 3.5 either way.
static float bell(uint64_t bits) {
  uint32_t sum = (uint32_t)(bits & 0xFFFF) + (uint32_t)(bits >> 16 & 0xFFFF) + (uint32_t)(bits >> 32 & 0xFFFF)
    + (uint32_t)(bits >> 48);
  return ((float)sum - 2 * 65535.0f) * (1.7320508f / 65536.0f);
}

static float clamp(float value) { return value < 0 ? 0 : value > 1 ? 1 : value; }

void imaging_tone(float *pixels, size_t count, float gain, float bias, float gamma, float noise, uint64_t seed) {
  for (size_t index = 0; index < count; index++) pixels[index] = clamp(pixels[index] * gain + bias);
  if (gamma != 1) {
    for (size_t index = 0; index < count; index++) pixels[index] = powf(pixels[index], gamma);
  }
  if (noise > 0) {
    for (size_t index = 0; index < count; index++) {
      uint64_t place = seed + (uint64_t)(index + 1) * 0x9E3779B97F4A7C15u;
      pixels[index] = clamp(pixels[index] + noise * bell(mix(place)));
    }
  }
}
