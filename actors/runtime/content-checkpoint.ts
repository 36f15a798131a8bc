import { RepriseError } from '../../events/error.ts';
import type { Tensor } from '../../model/checkpoint.ts';
import { inRuns, type Steps } from '../../model/steps.ts';
import { TENSOR } from './checkpoint-names.ts';
import type { CheckpointTensors } from './checkpoint-tensors.ts';
import type { PartitionState } from './partition-state.ts';
import { packTexts, unpackTexts } from '../../model/packed-texts.ts';

const ITEMS_A_RUN = 1_024;

/** Copies the items' attributes into tensors: each attribute's text once. */
export function* captureContent({ prior }: PartitionState): Steps<Record<string, Tensor>> {
  const items = [...prior.published.keys()];
  const numbers = new Map<string, number>();
  const offsets = new Uint32Array(items.length + 1);
  const words: number[] = [];
  yield* inRuns(items.length, ITEMS_A_RUN, (first, end) => {
    for (let at = first; at < end; at++) {
      for (const attribute of prior.published.get(items[at] as string) ?? []) {
        const number = numbers.get(attribute) ?? numbers.size;
        numbers.set(attribute, number);
        words.push(number);
      }
      offsets[at + 1] = words.length;
    }
  });
  const ids = yield* packTexts(items);
  const texts = yield* packTexts([...numbers.keys()]);
  return {
    [TENSOR.contentIds]: { shape: [ids.bytes.length], data: ids.bytes },
    [TENSOR.contentIdOffsets]: { shape: [ids.offsets.length], data: ids.offsets },
    [TENSOR.attributeTexts]: { shape: [texts.bytes.length], data: texts.bytes },
    [TENSOR.attributeTextOffsets]: { shape: [texts.offsets.length], data: texts.offsets },
    [TENSOR.attributeOffsets]: { shape: [offsets.length], data: offsets },
    [TENSOR.attributes]: { shape: [words.length], data: Uint32Array.from(words) },
  };
}

/** Takes up what {@link captureContent} put away, once the items have their rows. */
export function* restoreContent(
  { prior, items, definition }: PartitionState,
  tensors: CheckpointTensors,
): Steps<void> {
  if (!tensors.has(TENSOR.contentIdOffsets)) {
    if (definition.baseSha256 !== null) return;
    throw new RepriseError(
      'DAMAGED',
      "the checkpoint was made before items' attributes were kept: remove checkpoints/, and the journal is replayed",
    );
  }
  const ids = yield* textsOf(tensors, TENSOR.contentIds, TENSOR.contentIdOffsets);
  const texts = yield* textsOf(tensors, TENSOR.attributeTexts, TENSOR.attributeTextOffsets);
  const offsets = tensors.offsets(TENSOR.attributeOffsets, ids.length);
  const words = tensors.words(TENSOR.attributes, offsets[ids.length] as number);
  const rows = ids.map((id) => items.find(id));
  // In the order of rows: each joins its attributes' lists at their ends.
  const order = Array.from(ids.keys()).sort((a, b) => (rows[a] as number) - (rows[b] as number));
  const published = ids.map((_, at) => {
    return Array.from(words.subarray(offsets[at], offsets[at + 1]), (word) => {
      const text = texts[word];
      if (text === undefined) throw tensors.damaged(TENSOR.attributes);
      return text;
    });
  });
  for (const [at, id] of ids.entries()) prior.publish(id, -1, published[at] ?? []);
  yield* inRuns(order.length, ITEMS_A_RUN, (first, end) => {
    for (const at of order.slice(first, end)) {
      const row = rows[at] as number;
      if (row >= 0) prior.admit(ids[at] as string, row);
    }
  });
}

function* textsOf(tensors: CheckpointTensors, bytes: string, starts: string): Steps<string[]> {
  const count = (tensors.all[starts]?.data.length ?? 1) - 1;
  const offsets = tensors.offsets(starts, count);
  return yield* unpackTexts({ bytes: tensors.bytes(bytes, offsets[count] as number), offsets });
}
