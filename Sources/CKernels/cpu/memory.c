/* Device memory: a cache of blocks in size classes, so that the same step again takes no page faults.
 *
 * A block is a power of two in eighths: 64, 72, 80 ... bytes past its header. Released blocks wait in the list of their
 * class; when they hold more than a quarter of the memory, the longest waiting go back to the system first.
 */
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { classes = 8 * 40, large = 1 << 21 };

/* Lies in the 64 bytes before the memory that the caller sees. */
typedef struct block {
  size_t bytes; /* of the whole block, this header too */
  int32_t class;
  bool mapped;
  struct block *next, *previous;   /* in the list of its class */
  struct block *newer, *older;     /* among all that wait */
} block;

_Static_assert(sizeof(block) <= 64, "the header fits before the memory");

struct lb_store {
  pthread_mutex_t lock;
  block *waiting[classes];
  block *newest, *oldest;
  size_t waiting_bytes, limit;
  uint64_t memory;
};

static uint64_t read_number(const char *path) {
  FILE *file = fopen(path, "re");
  unsigned long long number = 0;
  if (file != NULL) {
    if (fscanf(file, "%llu", &number) != 1) {
      number = 0; /* "max": no limit */
    }
    fclose(file);
  }
  return number;
}

uint64_t lb_memory_limit(void) {
  const uint64_t physical = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t group = read_number("/sys/fs/cgroup/memory.max");
  return group > 0 && group < physical ? group : physical;
}

/* The class that holds `bytes`, and how long its blocks are: (8 + e) * 2^s for the least s and e that do. */
static int32_t class_of(size_t bytes, size_t *rounded) {
  const size_t units = bytes <= 512 ? 8 : (bytes + 63) / 64;
  int32_t shift = 0;
  while ((((units - 1) >> shift) + 1) > 16) {
    shift++;
  }
  const size_t eighths = ((units - 1) >> shift) + 1;
  *rounded = (eighths << shift) * 64;
  return 8 * shift + (int32_t)(eighths - 8);
}

static void unlink_waiting(lb_store *store, block *found) {
  *(found->previous != NULL ? &found->previous->next : &store->waiting[found->class]) = found->next;
  if (found->next != NULL) {
    found->next->previous = found->previous;
  }
  *(found->newer != NULL ? &found->newer->older : &store->newest) = found->older;
  *(found->older != NULL ? &found->older->newer : &store->oldest) = found->newer;
  store->waiting_bytes -= found->bytes;
}

static void give_back(block *freed) {
  if (freed->mapped) {
    munmap(freed, freed->bytes);
  } else {
    free(freed);
  }
}

/* Memory from the system; large blocks begin on a huge page, and ask for them. */
static block *take_new(size_t bytes, int32_t class) {
  block *taken;
  const bool mapped = bytes >= large;
  if (mapped) {
    char *region = mmap(NULL, bytes + large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED) {
      return NULL;
    }
    char *aligned = (char *)(((uintptr_t)region + large - 1) & ~((uintptr_t)large - 1));
    const size_t before = (size_t)(aligned - region);
    const size_t after = large - before;
    if (before > 0) {
      munmap(region, before);
    }
    if (after > 0) {
      munmap(aligned + bytes, after);
    }
    madvise(aligned, bytes, MADV_HUGEPAGE);
    taken = (block *)aligned;
  } else {
    taken = aligned_alloc(64, bytes);
    if (taken == NULL) {
      return NULL;
    }
  }
  *taken = (block){.bytes = bytes, .class = class, .mapped = mapped};
  return taken;
}

static void drop_waiting(lb_store *store, size_t allowed) {
  while (store->waiting_bytes > allowed && store->oldest != NULL) {
    block *oldest = store->oldest;
    unlink_waiting(store, oldest);
    give_back(oldest);
  }
}

lb_status lb_cpu_allocate(lb_device *device, size_t bytes, void **memory) {
  LB_REQUIRE(device, device != NULL && memory != NULL, "allocate: no device or nowhere to put the address");
  *memory = NULL;
  if (bytes > device->store->memory) {
    return lb_fail(device, LB_OUT_OF_MEMORY, "out of memory: %zu bytes are more than this machine has", bytes);
  }
  lb_store *store = device->store;
  size_t rounded;
  const int32_t class = class_of(bytes + 64, &rounded);
  pthread_mutex_lock(&store->lock);
  block *found = NULL;
  for (int32_t larger = class; found == NULL && larger <= class + 1 && larger < classes; larger++) {
    found = store->waiting[larger];
  }
  if (found != NULL) {
    unlink_waiting(store, found);
  } else {
    found = take_new(rounded, class);
    if (found == NULL) {
      drop_waiting(store, 0);
      found = take_new(rounded, class);
    }
  }
  pthread_mutex_unlock(&store->lock);
  if (found == NULL) {
    return lb_fail(device, LB_OUT_OF_MEMORY, "out of memory: %zu bytes", bytes);
  }
  *memory = (char *)found + 64;
  return LB_OK;
}

void lb_cpu_release(lb_device *device, void *memory) {
  if (device == NULL || memory == NULL) {
    return;
  }
  lb_store *store = device->store;
  block *released = (block *)((char *)memory - 64);
  pthread_mutex_lock(&store->lock);
  released->previous = NULL;
  released->next = store->waiting[released->class];
  if (released->next != NULL) {
    released->next->previous = released;
  }
  store->waiting[released->class] = released;
  released->newer = NULL;
  released->older = store->newest;
  *(store->newest != NULL ? &store->newest->newer : &store->oldest) = released;
  store->newest = released;
  store->waiting_bytes += released->bytes;
  drop_waiting(store, store->limit);
  pthread_mutex_unlock(&store->lock);
}

lb_status lb_store_open(lb_device *device) {
  device->store = calloc(1, sizeof *device->store);
  if (device->store == NULL) {
    return LB_OUT_OF_MEMORY;
  }
  pthread_mutex_init(&device->store->lock, NULL);
  device->store->memory = lb_memory_limit();
  device->store->limit = (size_t)(device->store->memory / 4);
  return LB_OK;
}

void lb_store_close(lb_device *device) {
  if (device->store == NULL) {
    return;
  }
  drop_waiting(device->store, 0);
  pthread_mutex_destroy(&device->store->lock);
  free(device->store);
  device->store = NULL;
}
