import { readExperiments, versionsOf } from '../../../activities/feedback/experiment-record.ts';
import type { ExperimentRecord } from '../../../activities/feedback/experiment-record.ts';
import { FollowedRecord } from '../../../activities/followed-record.ts';
import { openKeptRecord } from '../../../adapters/cluster/kept-record.ts';
import type { MongoConnection } from '../../../adapters/cluster/mongo/mongo.ts';

/** Opens what is kept of the experiments of a cluster. */
export type OpenExperiments = () => Promise<
  Pick<FollowedRecord<readonly ExperimentRecord[]>, 'value' | 'refresh'>
>;

/** The versions that arms of experiments name, as a process that answers nobody knows them. */
export class ArmedVersions {
  readonly #open: OpenExperiments;
  #records: Awaited<ReturnType<OpenExperiments>> | undefined;

  constructor(open: OpenExperiments) {
    this.#open = open;
  }

  /** False until they were read: before, nothing is known to be named by none. */
  get isRead(): boolean {
    return this.#records !== undefined;
  }

  /** None before they were read. */
  get versions(): readonly string[] {
    return versionsOf(this.#records?.value ?? []);
  }

  /** Takes what changed; throws UNAVAILABLE where it can't be had, and what was known stays. */
  async look(): Promise<void> {
    if (this.#records === undefined) this.#records = await this.#open();
    else await this.#records.refresh();
  }
}

/** Opens the versions that arms name over MongoDB, which is asked at the first look. */
export function openArmedVersions(connection: MongoConnection, database: string): ArmedVersions {
  const where = { connection, database, name: 'experiments', parse: readExperiments };
  return new ArmedVersions(() => FollowedRecord.open(openKeptRecord(where), []));
}
