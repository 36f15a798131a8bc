import { Context } from '@temporalio/activity';
import { beating } from '../beating.ts';

/** Which version to prove, and how much of it. */
export interface ProofRequest {
  /** The live one where absent. */
  readonly model?: string;
  readonly full: boolean;
}

/** What a proof found, as far as a workflow reads it; the rest is passed on. */
export interface ProofReport {
  readonly equal: boolean;
  readonly version: string;
  readonly hash: string;
  readonly positions: readonly string[];
  readonly events: number;
  readonly differing: readonly number[];
  readonly parted?:
    readonly { readonly after: string; readonly at: string; readonly by: string }[] | undefined;
  readonly kept?:
    | { readonly faults: readonly { readonly position: string; readonly fault: string }[] }
    | undefined;
}

/** How a proof is watched and ended. */
export interface ProofControl {
  /** The workflow that asks for it. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What the activities of proofs need from outside. */
export interface ProvingDeps {
  readonly prove: (request: ProofRequest, control: ProofControl) => Promise<ProofReport>;
}

/** The side effects of proofs. */
export interface ProvingActivities {
  /** Replays a version cleanly and compares; a core that is new begins anew. */
  proveVersion(request: ProofRequest): Promise<ProofReport>;
}

/** Makes the activities of proofs. */
export function createProvingActivities({ prove }: ProvingDeps): ProvingActivities {
  return {
    proveVersion: (request) =>
      beating<{ done: number; total: number }, ProofReport>(({ signal, report }) =>
        prove(request, {
          run: Context.current().info.workflowExecution?.workflowId ?? '',
          signal,
          onProgress: (done, total) => {
            report({ done, total });
          },
        }),
      ),
  };
}
