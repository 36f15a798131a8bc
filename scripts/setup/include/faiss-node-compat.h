// faiss-node 0.5.1 is written for faiss 1.7.4, where idx_t stands in the namespace; before, it stood in the
// class. Read before faiss-node's own source.
#pragma once
#include <faiss/Index.h>

#if FAISS_VERSION_MAJOR == 1 && (FAISS_VERSION_MINOR < 7 || (FAISS_VERSION_MINOR == 7 && FAISS_VERSION_PATCH < 4))
namespace faiss {
using idx_t = Index::idx_t;
}
#endif
