// Calls per day and hour from ISO timestamps.
const DAY = 24 * 60 * 60 * 1000;

function dayOf(ms) {
  return new Date(Math.floor(ms / DAY) * DAY).toISOString().slice(0, 10);
}

export default function ({ events, since }) {
  const recent = events.filter((e) => Date.parse(e.at) >= since); //: parallel core
  const perDay = {};
  for (const e of recent) { //: guarded core
    const day = dayOf(Date.parse(e.at));
    perDay[day] = (perDay[day] ?? 0) + 1;
  }
  const perHour = new Uint32Array(24);
  for (const e of recent) perHour[new Date(e.at).getUTCHours()]++; //: guarded core
  let first = Infinity;
  let last = -Infinity;
  for (const e of recent) { //: reduce core
    const t = Date.parse(e.at);
    first = Math.min(first, t);
    last = Math.max(last, t);
  }
  const gaps = recent.map((e, i) => (i === 0 ? 0 : Date.parse(e.at) - Date.parse(recent[i - 1].at))); //: parallel core
  return { perDay, perHour, first, last, gaps };
}

export function input(scale = 1) {
  const start = Date.UTC(2024, 0, 1);
  return { since: start + DAY, events: Array.from({ length: 40 * scale }, (_, i) => ({ at: new Date(start + i * 7919000).toISOString() })) };
}
