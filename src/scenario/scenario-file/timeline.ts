/** `spec.timeline` of a scenario file: one command an entry, each at its time after the cluster has come up, in the order of time. */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from '../../api/cron-duration.ts';
import type { Place } from '../manifests/place.ts';
import { isFields, within } from '../manifests/place.ts';
import type { TimelineEntry } from '../scenario.ts';
import type { CommandContext } from './command.ts';
import { commandNames, commandsOf } from './command.ts';
import type { Decoded, Decoder } from './decoder.ts';
import { all, expected, refused } from './decoder.ts';

const EXAMPLE = '{at: 30s, scale: {target: deployment/web, replicas: 5}}';

const moment: Decoder<number> = (place) => {
  const ms = parseGoDuration(String(place.value));
  return isLeft(ms) || ms.right < 0 ? expected(place, 'a duration after the cluster is up such as 30s or 1m30s') : right(ms.right);
};

/** The name of the one command of an entry. */
const commandName = (place: Place): Decoded<string> => {
  if (!isFields(place.value)) return expected(place, `an entry such as ${EXAMPLE}`);
  const names = Object.keys(place.value).filter((name) => name !== 'at');
  const [name] = names;
  if (name === undefined) return refused(place, `Expected one command beside at: ${commandNames.join(', ')}. Instead, received none.`);
  const isOdd = names.find((one) => !commandNames.includes(one));
  if (isOdd !== undefined || names.length === 1) return right(isOdd ?? name);
  return refused(place, `Expected one command an entry. Instead, received ${names.join(' and ')}. Give each its own entry; entries may have the same time.`, [names[1] as string]);
};

const entry = (place: Place, context: CommandContext): Decoded<readonly TimelineEntry[]> => {
  const name = commandName(place);
  if (isLeft(name)) return name;
  const at = within(place, 'at');
  const afterMs = at.value === undefined ? refused(place, 'Expected at to be set, the time after the cluster is up such as 30s. Instead, received nothing.', ['at']) : moment(at);
  const commands = commandsOf(name.right, within(place, name.right), context);
  const problems = [...(isLeft(afterMs) ? afterMs.left : []), ...(isLeft(commands) ? commands.left : [])];
  if (isLeft(afterMs) || isLeft(commands)) return left(problems);
  return right(commands.right.map((command) => ({ afterMs: afterMs.right, command })));
};

/** Why: a file that is read from top to bottom then says what happens from first to last. */
const inOrder = (place: Place, entries: readonly (readonly TimelineEntry[])[]): Decoded<readonly TimelineEntry[]> => {
  let last = 0;
  for (const [i, [first]] of entries.entries()) {
    if (first === undefined) continue;
    if (first.afterMs < last) return refused(place, `Expected entries in the order of time. Instead, received ${String(within(within(place, i), 'at').value)} after a later one.`, [i, 'at']);
    last = first.afterMs;
  }
  return right(entries.flat());
};

export const timelineAt = (place: Place, context: CommandContext): Decoded<readonly TimelineEntry[]> => {
  if (!Array.isArray(place.value)) return expected(place, `a list of entries such as ${EXAMPLE}`);
  const entries = all(place.value.map((_, i) => entry(within(place, i), context)));
  return isLeft(entries) ? entries : inOrder(place, entries.right);
};
