/* The CPU's table of functions. */
#include "cpu.h"

#define LB_ENTRY(name) .name = lb_cpu_##name,
static const lb_kernels kernels = {LB_EACH_FUNCTION(LB_ENTRY)};
#undef LB_ENTRY

const lb_kernels *lb_cpu_kernels(void) { return &kernels; }
