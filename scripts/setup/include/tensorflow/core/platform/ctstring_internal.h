// The layout of a string inside a TF_STRING tensor: 24 bytes, little endian. The two lowest bits of the first
// byte say how the rest is to be read. The library of a Java archive doesn't export the functions for it.
#ifndef REPRISE_TENSORFLOW_CTSTRING_INTERNAL_H_
#define REPRISE_TENSORFLOW_CTSTRING_INTERNAL_H_

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum TStringKind { kInline = 0, kHeap = 1, kAfterSelf = 2, kBorrowed = 3 };

enum { kInlineBytesMax = 22, kHeapGranularityBytes = 16 };

struct TF_TString {
  union {
    uint8_t head;  // kind in two bits; for kInline the length in the other six
    uint64_t sized_head;  // kind in two bits, length in the rest (kHeap); kAfterSelf uses 32 bits
    uint32_t short_sized_head;
    char bytes[24];
  };
};

static_assert(sizeof(TF_TString) == 24, "a tensor's strings stand 24 bytes apart");

static inline TStringKind TStringKindOf(const TF_TString *s) {
  return static_cast<TStringKind>(s->head & 3);
}

static inline const char *TStringPointer(const TF_TString *s, size_t offset) {
  const char *pointer;
  memcpy(&pointer, s->bytes + offset, sizeof pointer);
  return pointer;
}

static inline size_t TF_TString_GetSize(const TF_TString *s) {
  switch (TStringKindOf(s)) {
    case kInline:
      return s->head >> 2;
    case kAfterSelf:
      return s->short_sized_head >> 2;
    default:
      return s->sized_head >> 2;
  }
}

static inline const char *TF_TString_GetDataPointer(const TF_TString *s) {
  switch (TStringKindOf(s)) {
    case kInline:
      return s->bytes + 1;
    case kHeap:
      return TStringPointer(s, 16);
    case kAfterSelf: {
      uint32_t distance;
      memcpy(&distance, s->bytes + 4, sizeof distance);
      return s->bytes + distance;
    }
    default:
      return TStringPointer(s, 8);
  }
}

static inline void TF_TString_Init(TF_TString *s) { memset(s->bytes, 0, sizeof s->bytes); }

static inline void TF_TString_Dealloc(TF_TString *s) {
  if (TStringKindOf(s) == kHeap) free(const_cast<char *>(TStringPointer(s, 16)));
  TF_TString_Init(s);
}

static inline void TF_TString_Copy(TF_TString *s, const char *source, size_t length) {
  TF_TString_Dealloc(s);
  if (length <= kInlineBytesMax) {
    s->head = static_cast<uint8_t>(length << 2 | kInline);
    memcpy(s->bytes + 1, source, length);
    return;
  }
  // The capacity leaves room for a closing NUL and makes the block a multiple of the granularity.
  const uint64_t block = (length + kHeapGranularityBytes) / kHeapGranularityBytes * kHeapGranularityBytes;
  const uint64_t capacity = block - 1;
  char *copy = static_cast<char *>(malloc(block));
  memcpy(copy, source, length);
  copy[length] = '\0';
  s->sized_head = static_cast<uint64_t>(length) << 2 | kHeap;
  memcpy(s->bytes + 8, &capacity, sizeof capacity);
  memcpy(s->bytes + 16, &copy, sizeof copy);
}

#endif
