/** Combines the state hashes of all partitions, in partition order; one partition's hash stands for itself. */
export declare function combineStateHashes(hashes: readonly string[]): string;
