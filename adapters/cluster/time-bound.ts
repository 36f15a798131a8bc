import { RepriseError } from '../../events/error.ts';

/** Gives up waiting after a time with UNAVAILABLE; the work itself may still end later, unheard. */
export async function withinMs<T>(msMax: number, late: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = new Promise<never>((_resolve, reject) => {
    const error = new RepriseError('UNAVAILABLE', late);
    timer = setTimeout(() => reject(error), msMax);
  });
  try {
    return await Promise.race([work, giveUp]);
  } finally {
    clearTimeout(timer);
  }
}
