/* The thread pool: one job at a time, cut into pieces that workers claim one by one.
 *
 * The claim word holds the number of the job and how many of its pieces are unclaimed. A worker reads the word, then
 * the job, and claims by compare-and-swap: that succeeds only while the job is open, hence only if what it read is that
 * job. The caller waits for the pieces, never for the workers, so a worker that the system has put aside costs nothing.
 */
#include "cpu.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct lb_pool {
  /* [job number : 32 | unclaimed pieces : 32] */
  _Alignas(64) _Atomic uint64_t claims;
  _Atomic(lb_piece) work;
  _Atomic(void *) context;
  _Atomic uint32_t pieces;

  _Alignas(64) _Atomic uint32_t finished; /* pieces of this job that are done */
  _Atomic uint32_t caller_sleeps;

  _Alignas(64) _Atomic uint32_t signal; /* moves with every job; idle workers sleep on it */
  _Atomic uint32_t sleepers;
  _Atomic bool closing;

  pthread_mutex_t calls; /* one job at a time, whoever calls */
  int32_t started;
  struct worker {
    lb_pool *pool;
    int32_t number;
    pthread_t thread;
  } workers[];
};

/* Set in a thread while it works on a piece, so that a nested call runs in place. */
static _Thread_local int32_t current_worker = -1;

enum { spins = 4000 }; /* some tens of microseconds: the usual gap between two kernels of a training step */

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/* Finishes stores that went past the cache, which the release below does not order. */
static void finish_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

static void sleep_on(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word, int32_t count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* Claims and runs pieces until none of the present job is left. */
static void work_on_job(lb_pool *pool, int32_t worker) {
  uint64_t seen = atomic_load_explicit(&pool->claims, memory_order_acquire);
  while ((uint32_t)seen > 0) {
    const lb_piece work = atomic_load_explicit(&pool->work, memory_order_relaxed);
    void *context = atomic_load_explicit(&pool->context, memory_order_relaxed);
    const uint32_t pieces = atomic_load_explicit(&pool->pieces, memory_order_relaxed);
    if (!atomic_compare_exchange_weak_explicit(&pool->claims, &seen, seen - 1, memory_order_acq_rel,
                                               memory_order_acquire)) {
      continue;
    }
    work(context, (int64_t)(pieces - (uint32_t)seen), worker);
    finish_stores();
    if (atomic_fetch_add_explicit(&pool->finished, 1, memory_order_seq_cst) + 1 == pieces &&
        atomic_load_explicit(&pool->caller_sleeps, memory_order_seq_cst) != 0) {
      wake(&pool->finished, 1);
    }
    seen = atomic_load_explicit(&pool->claims, memory_order_acquire);
  }
}

static bool has_work(lb_pool *pool) {
  return (uint32_t)atomic_load_explicit(&pool->claims, memory_order_acquire) > 0;
}

static void *run_worker(void *argument) {
  struct worker *worker = argument;
  lb_pool *pool = worker->pool;
  current_worker = worker->number;
  while (!atomic_load(&pool->closing)) {
    work_on_job(pool, worker->number);
    for (int spin = 0; spin < spins && !has_work(pool); spin++) {
      pause_briefly();
    }
    if (has_work(pool)) {
      continue;
    }
    const uint32_t signal = atomic_load(&pool->signal);
    atomic_fetch_add(&pool->sleepers, 1);
    if (!has_work(pool) && !atomic_load(&pool->closing)) {
      sleep_on(&pool->signal, signal);
    }
    atomic_fetch_sub(&pool->sleepers, 1);
  }
  return NULL;
}

static void run_job(lb_device *device, uint32_t pieces, lb_piece work, void *context) {
  lb_pool *pool = device->pool;
  atomic_store_explicit(&pool->work, work, memory_order_relaxed);
  atomic_store_explicit(&pool->context, context, memory_order_relaxed);
  atomic_store_explicit(&pool->pieces, pieces, memory_order_relaxed);
  atomic_store_explicit(&pool->finished, 0, memory_order_relaxed);
  const uint64_t job = (atomic_load_explicit(&pool->claims, memory_order_relaxed) >> 32) + 1;
  atomic_store(&pool->claims, job << 32 | pieces);
  atomic_fetch_add(&pool->signal, 1);
  if (atomic_load(&pool->sleepers) > 0) {
    wake(&pool->signal, (int32_t)lb_minimum(pieces - 1, device->threads - 1));
  }

  work_on_job(pool, 0);

  for (int spin = 0; spin < spins; spin++) {
    if (atomic_load_explicit(&pool->finished, memory_order_acquire) == pieces) {
      return;
    }
    pause_briefly();
  }
  atomic_store(&pool->caller_sleeps, 1);
  for (uint32_t finished; (finished = atomic_load(&pool->finished)) != pieces;) {
    sleep_on(&pool->finished, finished);
  }
  atomic_store(&pool->caller_sleeps, 0);
}

void lb_parallel_for(lb_device *device, int64_t pieces, lb_piece work, void *context) {
  if (device->threads == 1 || pieces <= 1 || current_worker >= 0) {
    const int32_t worker = current_worker >= 0 ? current_worker : 0;
    for (int64_t piece = 0; piece < pieces; piece++) {
      work(context, piece, worker);
    }
    finish_stores();
    return;
  }
  pthread_mutex_lock(&device->pool->calls);
  current_worker = 0;
  run_job(device, (uint32_t)pieces, work, context);
  current_worker = -1;
  pthread_mutex_unlock(&device->pool->calls);
}

lb_status lb_reserve_scratch(lb_device *device, size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  for (int32_t worker = 0; worker < device->threads; worker++) {
    if (device->scratch[worker].bytes >= bytes) {
      continue;
    }
    free(device->scratch[worker].memory);
    device->scratch[worker].bytes = 0;
    device->scratch[worker].memory = aligned_alloc(64, bytes);
    if (device->scratch[worker].memory == NULL) {
      return lb_fail(device, LB_OUT_OF_MEMORY, "out of memory: %zu bytes of scratch", bytes);
    }
    device->scratch[worker].bytes = bytes;
  }
  return LB_OK;
}

lb_status lb_pool_open(lb_device *device) {
  const int32_t others = device->threads - 1;
  const size_t bytes = (sizeof(lb_pool) + (size_t)others * sizeof(struct worker) + 63) / 64 * 64;
  lb_pool *pool = aligned_alloc(64, bytes);
  if (pool == NULL) {
    return LB_OUT_OF_MEMORY;
  }
  memset(pool, 0, bytes);
  pthread_mutex_init(&pool->calls, NULL);
  device->pool = pool;
  for (int32_t i = 0; i < others; i++) {
    pool->workers[i].pool = pool;
    pool->workers[i].number = i + 1;
    if (pthread_create(&pool->workers[i].thread, NULL, run_worker, &pool->workers[i]) != 0) {
      return LB_OUT_OF_MEMORY;
    }
    pool->started++;
  }
  return LB_OK;
}

void lb_pool_close(lb_device *device) {
  lb_pool *pool = device->pool;
  if (pool == NULL) {
    return;
  }
  atomic_store(&pool->closing, true);
  atomic_fetch_add(&pool->signal, 1);
  wake(&pool->signal, device->threads);
  for (int32_t i = 0; i < pool->started; i++) {
    pthread_join(pool->workers[i].thread, NULL);
  }
  pthread_mutex_destroy(&pool->calls);
  free(pool);
  device->pool = NULL;
}
