import { inspect } from 'node:util';

/** What stands in a log, a status or a dump where a secret would. */
export const CONCEALED = '[secret]';

/** A text that no log line, JSON document or dump shows; who needs it asks for it by name. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Gives the text itself. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return CONCEALED;
  }

  toJSON(): string {
    return CONCEALED;
  }

  [inspect.custom](): string {
    return CONCEALED;
  }
}

/** Takes user and password out of an address, and whatever follows its path. */
export function withoutCredentials(address: string): string {
  const [, scheme = '', rest = ''] = /^([a-z0-9+]+:\/\/)(.*)$/.exec(address) ?? [];
  return scheme + rest.slice(rest.lastIndexOf('@') + 1).replace(/[/?].*$/, '');
}
