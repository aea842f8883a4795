/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The middle of what each round says, so that a disturbance of one round does not decide. */
export function medianRatio(ofRounds, byRounds, figure) {
  return median(ofRounds.map((round, index) => round[figure] / byRounds[index][figure]));
}
