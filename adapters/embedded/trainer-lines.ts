import type {
  EpochJob,
  EpochResult,
  Evaluation,
  EvaluationJob,
  JobProgress,
} from '../../activities/training/trainer.ts';

/** What the trainer's process is asked, one JSON line each. */
export type TrainerQuestion =
  | { readonly id: number; readonly method: 'epoch'; readonly job: EpochJob }
  | { readonly id: number; readonly method: 'evaluate'; readonly job: EvaluationJob };

/** What the trainer's process says, one JSON line each. */
export type TrainerAnswer =
  | { readonly ready: true }
  | { readonly id: number; readonly progress: JobProgress }
  | { readonly id: number; readonly result: EpochResult | Evaluation }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };
