/* Compiles the loops of one file for every instruction set. A file of kernels reads
 *
 *   #ifdef LB_LEVEL
 *   ... loops over the vectors of vectors.h, each named LB_NAME(something) ...
 *   #else
 *   #include "cpu.h"
 *   #define LB_LOOPS "this_file.c"
 *   #include "levels.h"
 *   ... functions of the interface, which choose by LB_BEST(device, something) ...
 *   #endif
 *
 * and so includes itself once for each set, with LB_LEVEL the name of the set and LB_LANES the floats of a vector.
 * Every set gives results of the same accuracy, but not the same bits.
 */
#include "vectors.h"

#define LB_JOIN_(name, level) name##_##level
#define LB_JOIN(name, level) LB_JOIN_(name, level)
#define LB_NAME(name) LB_JOIN(name, LB_LEVEL)

#define LB_LEVEL portable
#define LB_LANES 4
#include "vectors.h"
#include LB_LOOPS
#undef LB_LEVEL
#undef LB_LANES

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LB_LEVEL avx2
#define LB_LANES 8
#include "vectors.h"
#include LB_LOOPS
#undef LB_LEVEL
#undef LB_LANES
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), \
                             apply_to = function)
#define LB_LEVEL avx512
#define LB_LANES 16
#include "vectors.h"
#include LB_LOOPS
#undef LB_LEVEL
#undef LB_LANES
#pragma clang attribute pop

#endif
