import { StepError } from './run.mjs';

/**
 * Lets a method's C++ exceptions become JavaScript exceptions: as published, most of them leave the method
 * and abort the process.
 */
const guards = `
public:
  template <Napi::Value (IndexBase::*method)(const Napi::CallbackInfo &)>
  Napi::Value guarded(const Napi::CallbackInfo &info)
  {
    return guard(info, [&] { return (this->*method)(info); });
  }

  template <Napi::Value (*method)(const Napi::CallbackInfo &)>
  static Napi::Value guardedStatic(const Napi::CallbackInfo &info)
  {
    return guard(info, [&] { return method(info); });
  }

private:
  template <class Body>
  static Napi::Value guard(const Napi::CallbackInfo &info, Body body)
  {
    try
    {
      return body();
    }
    catch (const std::exception &failure)
    {
      Napi::Error::New(info.Env(), failure.what()).ThrowAsJavaScriptException();
      return info.Env().Undefined();
    }
  }
`;

/** What is replaced, by what, and how often it stands in faiss-node 0.5.1. */
const changes = [
  // Memory that belongs to a scope is freed on every way out of it, early returns and exceptions included.
  [
    /float \*(x[bq]) = new float\[length\];/g,
    'std::vector<float> $1_(length); float *$1 = $1_.data();',
    3,
  ],
  [
    /idx_t \*xb = new idx_t\[length\];/g,
    'std::vector<idx_t> xb_(length); idx_t *xb = xb_.data();',
    1,
  ],
  [/idx_t \*I = new idx_t\[k \* nq\];/g, 'std::vector<idx_t> I_(k * nq); idx_t *I = I_.data();', 1],
  [/float \*D = new float\[k \* nq\];/g, 'std::vector<float> D_(k * nq); float *D = D_.data();', 1],
  [/ *delete\[\] \w+;\n/g, '', 5],
  [
    /faiss::VectorIO(Reader|Writer) \*(\w+) = new faiss::VectorIO\1\(\);/g,
    'faiss::VectorIO$1 $2_; faiss::VectorIO$1 *$2 = &$2_;',
    2,
  ],
  [/InstanceMethod\("(\w+)", &(\w+)::\w+\)/g, 'InstanceMethod("$1", &$2::guarded<&$2::$1>)', 30],
  [/StaticMethod\("(\w+)", &(\w+)::\w+\)/g, 'StaticMethod("$1", &$2::guardedStatic<&$2::$1>)', 7],
  [/\nprotected:\n/g, `${guards}\nprotected:\n`, 1],
];

/** Mends the source of faiss-node's addon; refuses a source that isn't the one it knows. */
export function patched(source) {
  let mended = source;
  for (const [pattern, replacement, expected] of changes) {
    const count = mended.match(pattern)?.length ?? 0;
    if (count !== expected) {
      throw new StepError(
        `faiss-node's source has ${count} places like ${pattern}, not ${expected}`,
      );
    }
    mended = mended.replace(pattern, replacement);
  }
  return mended;
}
