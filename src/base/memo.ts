/** Working something out once per immutable object: its identity stands for its content, and nothing observable depends on the memo. */

/** `compute` as a function of the object alone; what it gives lives as long as the object. */
export const memoised = <K extends object, V extends NonNullable<unknown>>(compute: (key: K) => V): ((key: K) => V) => {
  const known = new WeakMap<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const fresh = compute(key);
    known.set(key, fresh);
    return fresh;
  };
};

/** `compute` as a function of the object and the time alone; what it gave for the last time asked about is remembered. */
export const memoisedAt = <K extends object, V>(compute: (key: K, nowMs: number) => V): ((key: K, nowMs: number) => V) => {
  const known = new WeakMap<K, { readonly nowMs: number; readonly value: V }>();
  return (key, nowMs) => {
    const found = known.get(key);
    if (found !== undefined && found.nowMs === nowMs) return found.value;
    const value = compute(key, nowMs);
    known.set(key, { nowMs, value });
    return value;
  };
};
