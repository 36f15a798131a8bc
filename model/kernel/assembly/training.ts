// What the module of batch training offers; ../training-functions.ts says what each does.

export { alsGram, alsRows } from './als';
export { sgdBlock } from './sgd';
