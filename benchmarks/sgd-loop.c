// The loop of model/kernel/assembly/sgd.ts in plain C, for comparison: one logistic gradient an event, on one positive
// and on drawn negatives. Arguments: users, items, dimensions, events a round, negatives, rounds. Prints nanoseconds a
// step (an item of an event), of the fastest round.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float vec __attribute__((vector_size(32)));
enum { LANES = 8, ITEMS_MAX = 32 };

static uint32_t mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

static uint32_t below(uint32_t key, uint32_t number, uint32_t rows) {
  return (uint32_t)(((uint64_t)mix(mix(key + number * 0x9e3779b9U) ^ 0x51edU) * rows) >> 32);
}

static float *table(size_t rows, size_t width) {
  float *values = aligned_alloc(64, (rows * width * sizeof(float) + 63) / 64 * 64);
  if (values == NULL) exit(1);
  for (size_t at = 0; at < rows * width; at++) {
    values[at] = ((float)(mix((uint32_t)at) >> 8) * 0x1p-24f - 0.5f) * 0.2f;
  }
  return values;
}

static float dot(const vec *p, const vec *q, int width) {
  vec even = {0}, odd = {0};
  for (int at = 0; at < width; at += 2) {
    even += p[at] * q[at];
    odd += p[at + 1] * q[at + 1];
  }
  const vec sum = even + odd;
  float total = 0;
  for (int lane = 0; lane < LANES; lane++) total += sum[lane];
  return total;
}

static void step(vec *restrict p, float *userBias, vec *const *q, float *itemBias, const uint32_t *rows, int count,
                 int width) {
  const float rate = 0.002f, decay = 0.00001f, keep = 1 - decay;
  const float own = *userBias;
  float gains[ITEMS_MAX], sum = 0;
  for (int at = 0; at < count; at++) gains[at] = dot(p, q[at], width) + itemBias[rows[at]] + own;
  for (int at = 0; at < count; at++) {
    const float gain = rate * ((at == 0 ? 1.0f : 0.0f) - 1 / (1 + expf(-gains[at])));
    gains[at] = gain;
    sum += gain;
    itemBias[rows[at]] = keep * itemBias[rows[at]] + gain;
  }
  const float userKeep = 1 - decay * (float)count;
  *userBias = userKeep * own + sum;
  for (int at = 0; at < width; at++) {
    const vec before = p[at];
    vec after = userKeep * before;
    for (int item = 0; item < count; item++) {
      const vec was = q[item][at];
      after += gains[item] * was;
      q[item][at] = keep * was + gains[item] * before;
    }
    p[at] = after;
  }
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  const uint32_t users = (uint32_t)atoi(argv[1]), items = (uint32_t)atoi(argv[2]);
  const int dimensions = atoi(argv[3]), events = atoi(argv[4]), negatives = atoi(argv[5]), rounds = atoi(argv[6]);
  const int width = dimensions / LANES;
  float *p = table(users, (size_t)dimensions), *q = table(items, (size_t)dimensions);
  float *userBias = table(users, 1), *itemBias = table(items, 1);
  double best = INFINITY;
  for (int round = 0; round < rounds; round++) {
    struct timespec start, end;
    long steps = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int event = 0; event < events; event++) {
      const uint32_t first = (uint32_t)event * 64;
      const uint32_t user = below(7, first, users);
      uint32_t rows[ITEMS_MAX];
      vec *vectors[ITEMS_MAX];
      for (int item = 0; item <= negatives; item++) {
        rows[item] = below((uint32_t)round, first + 1 + (uint32_t)item, items);
        vectors[item] = (vec *)(q + (size_t)rows[item] * (size_t)dimensions);
      }
      step((vec *)(p + (size_t)user * (size_t)dimensions), userBias + user, vectors, itemBias, rows, negatives + 1, width);
      steps += negatives + 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double time = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    if (time / (double)steps < best) best = time / (double)steps;
  }
  // The tables are read once more, so that no step can be left out.
  printf("%.4f %g\n", best, (double)(p[0] + q[0] + userBias[0] + itemBias[0]));
  return 0;
}
