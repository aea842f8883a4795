/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios of each round, so one disturbed round has little effect. */
export function medianRatio(ofRounds, byRounds, figure) {
  return median(ofRounds.map((round, index) => round[figure] / byRounds[index][figure]));
}
