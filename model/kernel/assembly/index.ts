// What the module offers; ../functions.ts says what each does.

export { takeTouched, touch } from './layout';
export { draw, exp, seedRow, sigmoid } from './scalar';
export { dot } from './product';
export { gatherRows, placeRows } from './rows';
export { gmfEvent, gmfScore, isgdEvents, isgdStep, isgdSteps } from './step';
export { describeNear, describePopular, findWord, proposeNear, proposeRows } from './candidates';
export { scoreFeatures, scoreRows, softmaxGradient } from './features';
export { softmaxEvent, softmaxQuery } from './softmax';
export { encodeRow, scoreAll, topRows, topRowsByCodes } from './search';
