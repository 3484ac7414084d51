/* Rows and columns: copies, gathers, broadcasts and sums. */
#ifdef LB_LEVEL

typedef uint16_t LB_NAME(shorts) __attribute__((vector_size(LB_LANES * 2)));
typedef uint32_t LB_NAME(words) __attribute__((vector_size(LB_LANES * 4)));
#define shorts LB_NAME(shorts)
#define words LB_NAME(words)

/* Floats of element i ... of a row stored as float32 or bfloat16. */
LB_INLINE floats LB_NAME(load_stored)(const void *row, bool half, int64_t i, int64_t count) {
  if (!half) {
    return load_some((const float *)row + i, count);
  }
  shorts bits = {0};
  __builtin_memcpy(&bits, (const uint16_t *)row + i, (size_t)count * sizeof(uint16_t));
  return (floats)(__builtin_convertvector(bits, words) << 16);
}

/* Rounds to the nearest, to even between two; a number that is none stays so. */
LB_INLINE void LB_NAME(store_stored)(void *row, bool half, int64_t i, floats x, int64_t count) {
  if (!half) {
    store_some((float *)row + i, x, count);
    return;
  }
  const words bits = (words)x;
  const words rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const words kept = (words)(x == x);
  const shorts stored = __builtin_convertvector((rounded & kept) | ((bits >> 16 | 0x40) & ~kept), shorts);
  __builtin_memcpy((uint16_t *)row + i, &stored, (size_t)count * sizeof(uint16_t));
}

LB_INLINE void LB_NAME(copy_row)(const void *from, bool from_half, void *to, bool to_half, int64_t columns) {
  LB_EACH_VECTOR(0, columns, {
    LB_NAME(store_stored)(to, to_half, i, LB_NAME(load_stored)(from, from_half, i, count), count);
  });
}

static void LB_NAME(copy_matrix_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  const bool from_half = call->source.dtype == LB_BFLOAT16, to_half = call->destination.dtype == LB_BFLOAT16;
  LB_EACH_ROW(call, piece, {
    const void *from = row_of(call->source, r);
    void *to = row_of(call->destination, r);
    if (from_half == to_half) {
      __builtin_memmove(to, from, (size_t)call->columns * (from_half ? 2 : 4));
    } else {
      LB_NAME(copy_row)(from, from_half, to, to_half, call->columns);
    }
  });
}

static void LB_NAME(add_matrix_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  LB_EACH_ROW(call, piece, {
    const float *from = row_of(call->source, r);
    float *to = row_of(call->destination, r);
    LB_EACH_VECTOR(0, call->columns, store_some(to + i, load_some(to + i, count) + load_some(from + i, count), count););
  });
}

static void LB_NAME(gather_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  const bool half = call->source.dtype == LB_BFLOAT16;
  LB_EACH_ROW(call, piece, {
    LB_NAME(copy_row)(row_of(call->source, call->indices[r]), half, call->y + r * call->columns, false, call->columns);
  });
}

/* A piece is a block of columns of every row, so that the rows are added in order. */
static void LB_NAME(scatter_add_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  const int64_t start = piece * columns_of_piece;
  const int64_t end = lb_minimum(call->columns, start + columns_of_piece);
  for (int64_t r = 0; r < call->rows; r++) {
    const float *from = call->a + r * call->columns;
    float *to = row_of(call->destination, call->indices[r]);
    LB_EACH_VECTOR(start, end, store_some(to + i, load_some(to + i, count) + load_some(from + i, count), count););
  }
}

static void LB_NAME(add_row_vector_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  const float *vector = call->b;
  const bool past = lb_goes_past_cache(call->y, call->rows, call->columns);
  LB_EACH_ROW(call, piece, {
    const float *x = call->a + r * call->columns;
    float *y = call->y + r * call->columns;
    LB_EACH_VECTOR(0, call->columns, {
      store_past(y + i, load_some(x + i, count) + load_some(vector + i, count), count, past);
    });
  });
}

static void LB_NAME(column_sums_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  const int64_t columns = call->columns;
  float *sums = call->y + piece * columns;
  memset(sums, 0, (size_t)columns * sizeof(float));
  LB_EACH_ROW(call, piece, {
    const float *x = call->a + r * columns;
    LB_EACH_VECTOR(0, columns, store_some(sums + i, load_some(sums + i, count) + load_some(x + i, count), count););
  });
}

static void LB_NAME(row_dots_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  LB_EACH_ROW(call, piece, {
    const float *a = call->a + r * call->columns;
    const float *b = call->b + r * call->columns;
    floats total = {0};
    LB_EACH_VECTOR(0, call->columns, total = multiply_add(load_some(a + i, count), load_some(b + i, count), total););
    call->y[r] = sum_lanes(total) + (call->accumulate ? call->y[r] : 0);
  });
}

static void LB_NAME(scale_rows_piece)(void *context, int64_t piece, int32_t worker) {
  (void)worker;
  const row_work *call = context;
  LB_EACH_ROW(call, piece, {
    const float *x = call->b + r * call->columns;
    float *y = call->y + r * call->columns;
    const floats factor = broadcast(call->a[r]);
    if (call->accumulate) {
      LB_EACH_VECTOR(0, call->columns, {
        store_some(y + i, multiply_add(factor, load_some(x + i, count), load_some(y + i, count)), count);
      });
    } else {
      LB_EACH_VECTOR(0, call->columns, store_some(y + i, factor * load_some(x + i, count), count););
    }
  });
}

#undef shorts
#undef words

#else
#include "cpu.h"

enum { columns_of_piece = 256 };

typedef struct {
  lb_matrix source, destination;
  const float *a, *b;
  float *y;
  const int32_t *indices;
  int64_t rows, columns, rows_of_piece;
  bool accumulate;
} row_work;

/* Runs the statements for each row `r` of a piece. */
#define LB_EACH_ROW(call, piece, ...)                                                     \
  for (int64_t r = (piece) * (call)->rows_of_piece,                                       \
               last = lb_minimum((call)->rows, ((piece) + 1) * (call)->rows_of_piece);    \
       r < last; r++) {                                                                   \
    __VA_ARGS__                                                                           \
  }

static void *row_of(lb_matrix matrix, int64_t r) {
  return (char *)matrix.data + r * matrix.stride * (matrix.dtype == LB_BFLOAT16 ? 2 : 4);
}

#define LB_LOOPS "rows.c"
#include "levels.h"

/* Runs `work` over pieces of the rows, of about equal size. */
static lb_status run_rows(lb_device *device, lb_piece work, row_work call) {
  call.rows_of_piece = lb_rows_of_piece(call.columns);
  if (call.columns > 0) {
    lb_parallel_for(device, lb_divide_up(call.rows, call.rows_of_piece), work, &call);
  }
  return LB_OK;
}

lb_status lb_cpu_copy_matrix(lb_stream *stream, lb_matrix source, lb_matrix destination) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_stored_matrix(source) && lb_is_stored_matrix(destination), "copy_matrix: a malformed matrix");
  LB_REQUIRE(device, source.rows == destination.rows && source.columns == destination.columns,
             "copy_matrix: [%lld, %lld] into [%lld, %lld]", (long long)source.rows, (long long)source.columns,
             (long long)destination.rows, (long long)destination.columns);
  const bool from_tiles = lb_is_tiled(source.dtype), into_tiles = lb_is_tiled(destination.dtype);
  LB_REQUIRE(device, !from_tiles || !into_tiles, "copy_matrix: from tiles into tiles");
  if (into_tiles) {
    return lb_copy_into_tiles(device, source, destination);
  }
  if (from_tiles) {
    return lb_copy_from_tiles(device, source, destination);
  }
  return run_rows(device, LB_BEST(device, copy_matrix_piece),
                  (row_work){.source = source, .destination = destination, .rows = source.rows, .columns = source.columns});
}

lb_status lb_cpu_add_matrix(lb_stream *stream, lb_matrix source, lb_matrix destination) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_matrix(source) && lb_is_matrix(destination), "add_matrix: a malformed matrix");
  LB_REQUIRE(device, source.dtype == LB_FLOAT32 && destination.dtype == LB_FLOAT32, "add_matrix: only for float32");
  LB_REQUIRE(device, source.rows == destination.rows && source.columns == destination.columns,
             "add_matrix: [%lld, %lld] into [%lld, %lld]", (long long)source.rows, (long long)source.columns,
             (long long)destination.rows, (long long)destination.columns);
  return run_rows(device, LB_BEST(device, add_matrix_piece),
                  (row_work){.source = source, .destination = destination, .rows = source.rows, .columns = source.columns});
}

/* Whether every index names a row. */
static lb_status check_indices(lb_device *device, const char *function, const int32_t *indices, int64_t n,
                               int64_t rows) {
  for (int64_t r = 0; r < n; r++) {
    LB_REQUIRE(device, indices[r] >= 0 && indices[r] < rows, "%s: index %d is not a row of a table of %lld", function,
               (int)indices[r], (long long)rows);
  }
  return LB_OK;
}

lb_status lb_cpu_gather_rows(lb_stream *stream, lb_matrix table, const int32_t *indices, int64_t n, float *y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_stored_matrix(table), "gather_rows: a malformed table");
  LB_REQUIRE(device, lb_is_size(n, table.columns) && (n == 0 || (indices != NULL && y != NULL)),
             "gather_rows: no memory for %lld rows", (long long)n);
  LB_TRY(check_indices(device, "gather_rows", indices, n, table.rows));
  if (lb_is_tiled(table.dtype)) {
    return lb_gather_tiles(device, table, indices, n, y);
  }
  return run_rows(device, LB_BEST(device, gather_piece),
                  (row_work){.source = table, .indices = indices, .y = y, .rows = n, .columns = table.columns});
}

lb_status lb_cpu_scatter_add_rows(lb_stream *stream, const float *dy, const int32_t *indices, int64_t n,
                                  lb_matrix dtable) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_matrix(dtable) && dtable.dtype == LB_FLOAT32, "scatter_add_rows: not a float32 table");
  LB_REQUIRE(device, lb_is_size(n, dtable.columns) && (n == 0 || (indices != NULL && dy != NULL)),
             "scatter_add_rows: no memory for %lld rows", (long long)n);
  LB_TRY(check_indices(device, "scatter_add_rows", indices, n, dtable.rows));
  row_work call = {.destination = dtable, .a = dy, .indices = indices, .rows = n, .columns = dtable.columns};
  lb_parallel_for(device, lb_divide_up(dtable.columns, columns_of_piece), LB_BEST(device, scatter_add_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_add_row_vector(lb_stream *stream, const float *x, const float *vector, float *y, int64_t rows,
                                int64_t columns) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device,
             lb_is_size(rows, columns) && (rows * columns == 0 || (x != NULL && vector != NULL && y != NULL)),
             "add_row_vector: no memory for [%lld, %lld]", (long long)rows, (long long)columns);
  return run_rows(device, LB_BEST(device, add_row_vector_piece),
                  (row_work){.a = x, .b = vector, .y = y, .rows = rows, .columns = columns});
}

lb_status lb_cpu_column_sums(lb_stream *stream, const float *x, int64_t rows, int64_t columns, lb_gradient y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows * columns == 0 || x != NULL),
             "column_sums: no memory for [%lld, %lld]", (long long)rows, (long long)columns);
  if (y.data == NULL) {
    return LB_OK;
  }
  const int64_t rows_of_piece = lb_rows_of_partial_sum(rows);
  const int64_t pieces = lb_divide_up(rows, rows_of_piece);
  void *partial;
  LB_TRY(lb_cpu_allocate(device, (size_t)(pieces * columns) * sizeof(float), &partial));
  row_work call = {.a = x, .y = partial, .rows = rows, .columns = columns, .rows_of_piece = rows_of_piece};
  lb_parallel_for(device, pieces, LB_BEST(device, column_sums_piece), &call);
  lb_add_partial_sums(device, partial, pieces, columns, columns, y);
  lb_cpu_release(device, partial);
  return LB_OK;
}

lb_status lb_cpu_row_dots(lb_stream *stream, const float *a, const float *b, int64_t rows, int64_t columns,
                          lb_gradient y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows * columns == 0 || (a != NULL && b != NULL)),
             "row_dots: no memory for [%lld, %lld]", (long long)rows, (long long)columns);
  if (y.data == NULL) {
    return LB_OK;
  }
  row_work call = {.a = a, .b = b, .y = y.data, .rows = rows, .columns = columns, .accumulate = y.accumulate};
  call.rows_of_piece = lb_rows_of_piece(columns);
  lb_parallel_for(device, lb_divide_up(rows, call.rows_of_piece), LB_BEST(device, row_dots_piece), &call);
  return LB_OK;
}

lb_status lb_cpu_scale_rows(lb_stream *stream, const float *vector, const float *x, int64_t rows, int64_t columns,
                            lb_gradient y) {
  LB_REQUIRE_STREAM(stream);
  lb_device *device = stream->device;
  LB_REQUIRE(device, lb_is_size(rows, columns) && (rows * columns == 0 || (vector != NULL && x != NULL)),
             "scale_rows: no memory for [%lld, %lld]", (long long)rows, (long long)columns);
  if (y.data == NULL) {
    return LB_OK;
  }
  return run_rows(device, LB_BEST(device, scale_rows_piece),
                  (row_work){.a = vector, .b = x, .y = y.data, .rows = rows, .columns = columns, .accumulate = y.accumulate});
}
#endif
