/** Calls back once after a delay; returns what calls it off. */
export type Schedule = (delayMs: number, callback: () => void) => () => void;
