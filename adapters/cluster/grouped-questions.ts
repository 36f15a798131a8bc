/** Answers a group of questions at once. */
export type AnswerAll<Answer> = (
  keys: readonly string[],
) => Promise<{ readonly get: (key: string) => Answer | undefined }>;

/** A question that waits for the one under way. */
interface Asked<Answer> {
  readonly key: string;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The keys of one question to the store. */
const QUESTION_KEYS_MAX = 1_000;

/**
 * Asks a store one question at a time: what is asked meanwhile goes into the next one, so that many small questions cost
 * no more than the store can answer. No answer is older than its question.
 */
export class GroupedQuestions<Answer> {
  readonly #answerAll: AnswerAll<Answer>;
  readonly #waiting: Asked<Answer>[] = [];
  #isAsking = false;

  constructor(answerAll: AnswerAll<Answer>) {
    this.#answerAll = answerAll;
  }

  /** The answer for a key; undefined where the store has none. */
  ask(key: string): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (!this.#isAsking) void this.#askAll();
    });
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    // Whoever asks in the same turn shares the first question.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, QUESTION_KEYS_MAX);
      try {
        const answers = await this.#answerAll([...new Set(asked.map(({ key }) => key))]);
        for (const { key, resolve } of asked) resolve(answers.get(key));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#isAsking = false;
  }
}
