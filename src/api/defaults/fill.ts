/** Filling in fields of immutable records: the same record comes back when nothing was missing. */

/** The record with each default whose field is absent, null or '' filled in. */
export const fill = <T extends object>(record: T, defaults: { readonly [K in keyof T]?: T[K] }): T => {
  const current = record as Readonly<Record<string, unknown>>;
  const missing = Object.entries(defaults).filter(([name, value]) =>
    value !== undefined && (current[name] === undefined || current[name] === null || current[name] === ''));
  return missing.length === 0 ? record : { ...record, ...Object.fromEntries(missing) };
};

/** The record with one field computed from its value; unchanged when the value is absent or comes back as it was. */
export const change = <T extends object, K extends keyof T>(record: T, name: K, edit: (value: NonNullable<T[K]>) => T[K]): T => {
  const value = record[name];
  if (value === undefined || value === null) return record;
  const edited = edit(value);
  return edited === value ? record : { ...record, [name]: edited };
};

/** The list with each item edited; the same list when no item changed. */
export const changeEach = <T>(items: readonly T[], edit: (item: T) => T): readonly T[] => {
  const edited = items.map(edit);
  return edited.every((item, i) => item === items[i]) ? items : edited;
};
