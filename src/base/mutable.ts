/**
 * The type of a copy that its maker may still write into.
 * Why copies are spelled out field by field where they are made at nearly every step: V8 in Node 20 copies an object that a spread has made, by a
 * spread, ten to twenty times as slowly.
 */
export type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };
