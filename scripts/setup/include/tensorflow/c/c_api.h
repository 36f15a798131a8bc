// What tfjs-node's addon calls of TensorFlow's C interface, declared from its stable ABI (TensorFlow 2.3 and
// later). libtensorflow from a Java archive comes without headers; the official archive brings its own, and
// then these files are not used. Enumerators and the two structs hold only what the addon names.
#ifndef REPRISE_TENSORFLOW_C_API_H_
#define REPRISE_TENSORFLOW_C_API_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Codes and kinds: the numbers are the ABI.
typedef enum TF_Code { TF_OK = 0, TF_CANCELLED = 1, TF_UNKNOWN = 2, TF_INVALID_ARGUMENT = 3 } TF_Code;

typedef enum TF_DataType {
  TF_FLOAT = 1,
  TF_DOUBLE = 2,
  TF_INT32 = 3,
  TF_UINT8 = 4,
  TF_INT16 = 5,
  TF_INT8 = 6,
  TF_STRING = 7,
  TF_COMPLEX64 = 8,
  TF_INT64 = 9,
  TF_BOOL = 10,
  TF_RESOURCE = 20
} TF_DataType;

typedef enum TF_AttrType {
  TF_ATTR_STRING = 0,
  TF_ATTR_INT = 1,
  TF_ATTR_FLOAT = 2,
  TF_ATTR_BOOL = 3,
  TF_ATTR_TYPE = 4,
  TF_ATTR_SHAPE = 5
} TF_AttrType;

// Handles: only ever seen through pointers.
typedef struct TF_DeviceList TF_DeviceList;
typedef struct TF_Graph TF_Graph;
typedef struct TF_Operation TF_Operation;
typedef struct TF_Session TF_Session;
typedef struct TF_SessionOptions TF_SessionOptions;
typedef struct TF_Status TF_Status;
typedef struct TF_Tensor TF_Tensor;
typedef struct TFE_Context TFE_Context;
typedef struct TFE_ContextOptions TFE_ContextOptions;
typedef struct TFE_Op TFE_Op;
typedef struct TFE_TensorHandle TFE_TensorHandle;

// The two structs that cross the border by value.
typedef struct TF_Buffer {
  const void *data;
  size_t length;
  void (*data_deallocator)(void *data, size_t length);
} TF_Buffer;

typedef struct TF_Output {
  TF_Operation *oper;
  int index;
} TF_Output;

// Version and status.
const char *TF_Version(void);
TF_Status *TF_NewStatus(void);
void TF_DeleteStatus(TF_Status *status);
TF_Code TF_GetCode(const TF_Status *status);
const char *TF_Message(const TF_Status *status);

// Tensors in main memory.
size_t TF_DataTypeSize(TF_DataType type);
TF_Tensor *TF_AllocateTensor(TF_DataType type, const int64_t *sizes, int rank, size_t bytes);
TF_Tensor *TF_NewTensor(TF_DataType type, const int64_t *sizes, int rank, void *data, size_t bytes,
                        void (*release)(void *data, size_t bytes, void *context), void *context);
void TF_DeleteTensor(TF_Tensor *tensor);
TF_DataType TF_TensorType(const TF_Tensor *tensor);
int TF_NumDims(const TF_Tensor *tensor);
int64_t TF_Dim(const TF_Tensor *tensor, int dimension);
int64_t TF_TensorElementCount(const TF_Tensor *tensor);
size_t TF_TensorByteSize(const TF_Tensor *tensor);
void *TF_TensorData(const TF_Tensor *tensor);

// Saved models.
TF_Buffer *TF_NewBuffer(void);
TF_Buffer *TF_NewBufferFromString(const void *bytes, size_t length);
void TF_DeleteBuffer(TF_Buffer *buffer);
TF_Graph *TF_NewGraph(void);
void TF_DeleteGraph(TF_Graph *graph);
TF_Operation *TF_GraphOperationByName(TF_Graph *graph, const char *name);
TF_SessionOptions *TF_NewSessionOptions(void);
void TF_DeleteSessionOptions(TF_SessionOptions *options);
TF_Session *TF_LoadSessionFromSavedModel(const TF_SessionOptions *options,
                                         const TF_Buffer *run_options, const char *folder,
                                         const char *const *tags, int tag_count, TF_Graph *graph,
                                         TF_Buffer *meta_graph, TF_Status *status);
void TF_DeleteSession(TF_Session *session, TF_Status *status);
void TF_SessionRun(TF_Session *session, const TF_Buffer *run_options, const TF_Output *inputs,
                   TF_Tensor *const *input_values, int input_count, const TF_Output *outputs,
                   TF_Tensor **output_values, int output_count,
                   const TF_Operation *const *targets, int target_count, TF_Buffer *run_metadata,
                   TF_Status *status);

// Devices.
int TF_DeviceListCount(const TF_DeviceList *devices);
const char *TF_DeviceListName(const TF_DeviceList *devices, int index, TF_Status *status);
const char *TF_DeviceListType(const TF_DeviceList *devices, int index, TF_Status *status);
void TF_DeleteDeviceList(TF_DeviceList *devices);

// Eager execution.
TFE_ContextOptions *TFE_NewContextOptions(void);
void TFE_DeleteContextOptions(TFE_ContextOptions *options);
TFE_Context *TFE_NewContext(const TFE_ContextOptions *options, TF_Status *status);
void TFE_DeleteContext(TFE_Context *context);
TF_DeviceList *TFE_ContextListDevices(TFE_Context *context, TF_Status *status);

TFE_TensorHandle *TFE_NewTensorHandle(const TF_Tensor *tensor, TF_Status *status);
void TFE_DeleteTensorHandle(TFE_TensorHandle *handle);
TF_DataType TFE_TensorHandleDataType(TFE_TensorHandle *handle);
int TFE_TensorHandleNumDims(TFE_TensorHandle *handle, TF_Status *status);
int64_t TFE_TensorHandleDim(TFE_TensorHandle *handle, int dimension, TF_Status *status);
TF_Tensor *TFE_TensorHandleResolve(TFE_TensorHandle *handle, TF_Status *status);
TFE_TensorHandle *TFE_TensorHandleCopyToDevice(TFE_TensorHandle *handle, TFE_Context *context,
                                               const char *device, TF_Status *status);

TFE_Op *TFE_NewOp(TFE_Context *context, const char *name, TF_Status *status);
void TFE_DeleteOp(TFE_Op *op);
void TFE_OpAddInput(TFE_Op *op, TFE_TensorHandle *input, TF_Status *status);
void TFE_OpSetAttrBool(TFE_Op *op, const char *name, unsigned char value);
void TFE_OpSetAttrBoolList(TFE_Op *op, const char *name, const unsigned char *values, int count);
void TFE_OpSetAttrFloat(TFE_Op *op, const char *name, float value);
void TFE_OpSetAttrFloatList(TFE_Op *op, const char *name, const float *values, int count);
void TFE_OpSetAttrInt(TFE_Op *op, const char *name, int64_t value);
void TFE_OpSetAttrIntList(TFE_Op *op, const char *name, const int64_t *values, int count);
void TFE_OpSetAttrShape(TFE_Op *op, const char *name, const int64_t *sizes, const int rank,
                        TF_Status *status);
void TFE_OpSetAttrString(TFE_Op *op, const char *name, const void *bytes, size_t length);
void TFE_OpSetAttrType(TFE_Op *op, const char *name, TF_DataType value);
void TFE_Execute(TFE_Op *op, TFE_TensorHandle **results, int *result_count, TF_Status *status);

#ifdef __cplusplus
}
#endif

#endif
