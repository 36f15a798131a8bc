// Everything the addon needs is declared in one place.
#include "tensorflow/c/c_api.h"
