import { setTimeout as sleep } from 'node:timers/promises';
import { AliasBook } from '../../activities/versions/alias-book.ts';
import type { Aliases } from '../../activities/versions/aliases.ts';
import { openAliases } from '../../adapters/embedded/aliases.ts';
import { holdNamed } from './named-holding.ts';
import { FIRST_VERSION } from './first-version.ts';
import type { Learning, Ways } from './learning.ts';
import type { Stores } from './stores.ts';

/** What following the aliases works on. */
export type AliasFollowingDeps = Ways &
  Pick<Learning, 'shadows' | 'registry' | 'live' | 'arms'> & {
    readonly stores: Stores;
    readonly signal: AbortSignal;
  };

/**
 * Reads the aliases from the journal and follows it: the versions that they name are held beside the live one, those
 * that they name no more are let go of.
 */
export function followAliases(deps: AliasFollowingDeps): AliasBook {
  const { stores, shadows, arms, signal, logger, warnings } = deps;
  const keep = (aliases: Aliases): void => {
    // A version that an experiment compares is held as long as that runs, whatever it is called.
    shadows.keepOnly(new Set([aliases.live, ...namedBeside(aliases), ...arms.versions]));
  };
  const book = new AliasBook({
    journal: stores.journal,
    store: openAliases({ folder: stores.folder.partPath('models') }),
    first: FIRST_VERSION,
    onChange: keep,
  });
  const run = async (): Promise<void> => {
    await book.catchUp();
    arms.whenChanged(() => {
      keep(book.aliases);
      shadows.wake();
    });
    await holdAll(deps, book);
    await book.follow(signal);
  };
  run().catch((error: unknown) => {
    if (signal.aborted) return;
    logger.error({ err: error }, 'the aliases of versions are followed no more');
    const reason = error instanceof Error ? error.message : String(error);
    warnings.add(`the aliases of versions are followed no more: ${reason}`);
  });
  return book;
}

/** The versions that have a name beside the live one. */
function namedBeside({ live, shadow, previous }: Aliases): readonly string[] {
  const named = [shadow, previous].filter((name): name is string => name !== null);
  return [...new Set(named)].filter((name) => name !== live);
}

/** Holds what is named, by an alias or by an arm, and goes on trying beside what follows. */
async function holdAll(deps: AliasFollowingDeps, book: AliasBook): Promise<void> {
  const { arms, live } = deps;
  await holdNamed({
    ...deps,
    named: () => new Set([...namedBeside(book.aliases), ...arms.versions]),
    // A partition that stands before its promotion still serves it, and leaves it here when it comes there.
    isServed: (version) =>
      version === book.aliases.live ||
      live.some(({ runtime }) => runtime.definition.version === version),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    },
  });
}
