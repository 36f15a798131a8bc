/** What the blend learns by beside what every learner has; its tables' step is a softmax over an item and others. */
export interface BlendRule {
  /** The step size of an item's bias; only an event itself moves biases, not one that is come back to. */
  readonly biasRate: number;
  /** A user's newest items that the user's vector takes in, and that sources start from. */
  readonly contextItemsMax: number;
  /** What each of them counts, relative to the one after it. */
  readonly fading: number;
  /** Earlier events that every event comes back to. */
  readonly revisits: number;
  /** The newest events, which those are drawn from. */
  readonly windowEventsMax: number;
  /** The step size of the features' weights. */
  readonly weightRate: number;
  /** Partners of an item that transitions and neighbours keep. */
  readonly partnersMax: number;
  /** Items that each speed of popularity proposes. */
  readonly popularMax: number;
  readonly candidatesMax: number;
  /** One event in so many moves the weights, drawn by its key. */
  readonly weighedEvery: number;
}
