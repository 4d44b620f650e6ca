/** The time as the API writes it, worked out once per second of virtual time. */
import { formatTime } from '../../../api/time.ts';

const last = { second: -1, text: '' };

/** `formatTime`, remembered: everything that happens in one second is stamped alike. */
export const timestamp = (nowMs: number): string => {
  const second = Math.floor(nowMs / 1000);
  if (last.second !== second) {
    last.text = formatTime(nowMs);
    last.second = second;
  }
  return last.text;
};
