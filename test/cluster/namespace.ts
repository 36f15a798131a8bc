import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const retentionMs = 86_400_000;
const visibleMsMax = 30_000;

/** Registers a namespace with a Temporal server, and waits until the server knows it everywhere. */
export async function registerNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(retentionMs),
    });
    const endMs = performance.now() + visibleMsMax;
    while (!(await isKnown(connection, namespace))) {
      if (performance.now() > endMs) throw new Error(`the namespace ${namespace} does not show`);
      await sleep(100);
    }
  } finally {
    await connection.close();
  }
}

async function isKnown({ operatorService }: Connection, namespace: string): Promise<boolean> {
  try {
    await operatorService.listSearchAttributes({ namespace });
    return true;
  } catch {
    return false;
  }
}
