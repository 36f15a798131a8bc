import { readFileSync } from 'node:fs';
import { openTransport } from '../../../adapters/cluster/transport.ts';
import type { ClusterTransport, TransportOptions } from '../../../adapters/cluster/transport.ts';
import type { ClusterConfig, KafkaConfig } from '../../config/cluster-config.ts';
import type { Logger } from '../../logger.ts';
import { namingVariables } from '../naming-variables.ts';
import { need } from '../stores.ts';

/** How long a message stands in a topic that is made here: user ids do, too. */
const RETENTION_MS = 7 * 86_400_000;

/** Opens the transport of a process, its topic made where it is missing: that of events where none is named. */
export function openKafka(
  config: ClusterConfig,
  logger: Logger,
  topicName?: string,
): Promise<ClusterTransport> {
  const kafka = need(config.kafka, 'REPRISE_KAFKA_BROKERS');
  const { brokers } = kafka;
  const topic = topicName ?? kafka.topic;
  const options: TransportOptions = {
    ...{ brokers, topic, logger },
    clientId: `reprise-${config.process}`,
    groupId: `${topic}-ingest`,
    partitions: config.partitions,
    // As many as there are brokers to hold them, three at most.
    replicas: Math.min(3, brokers.length),
    retentionMs: RETENTION_MS,
    ...securityOf(kafka),
  };
  return namingVariables('REPRISE_KAFKA_SASL_USERNAME and REPRISE_KAFKA_SASL_PASSWORD', () =>
    openTransport(options),
  );
}

function securityOf({ tls, sasl }: KafkaConfig): Pick<TransportOptions, 'ssl' | 'sasl'> {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  return {
    ...(tls !== undefined && {
      ssl: { ca: file(tls.caFile), cert: file(tls.certFile), key: file(tls.keyFile) },
    }),
    ...(sasl !== undefined && {
      sasl: {
        mechanism: sasl.mechanism,
        username: sasl.username.reveal(),
        password: sasl.password.reveal(),
      } as NonNullable<TransportOptions['sasl']>,
    }),
  };
}
