/** The known word that a mistyped one is likely to mean. */

/** Insertions, deletions and replacements between two words. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] as number;
};

const plain = (word: string): string => word.toLowerCase().replace(/[-_]/g, '');

const FAR = 3;

/** `Did you mean "apply"?`, or '' where nothing is near. */
export const nearest = (typed: unknown, known: readonly string[]): string => {
  if (typeof typed !== 'string') return '';
  let best: string | undefined;
  let least = FAR;
  for (const word of known) {
    const away = distance(plain(typed), plain(word));
    if (away < least && away < word.length / 2) [best, least] = [word, away];
  }
  return best === undefined ? '' : `Did you mean "${best}"?`;
};
