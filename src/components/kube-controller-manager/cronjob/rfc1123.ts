/** Times as events print them: "Thu, 01 Jan 2026 00:00:00 +0000" (Go's time.RFC1123Z in UTC). */
import { civilFromMs, weekdayOf } from '../../../api/time.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

export const rfc1123 = (ms: number): string => {
  const { year, month, day, hour, minute, second } = civilFromMs(ms);
  const date = `${DAYS[weekdayOf(year, month, day)]}, ${two(day)} ${MONTHS[month - 1]} ${String(year).padStart(4, '0')}`;
  return `${date} ${two(hour)}:${two(minute)}:${two(second)} +0000`;
};
