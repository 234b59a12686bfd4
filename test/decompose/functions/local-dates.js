// Depends on the time zone of the machine.
export default function ({ stamps }) {
  const weekdays = stamps.map((s) => new Date(s).getDay()); //: sequential locale must-not
  const names = stamps.map((s) => new Date(s).toLocaleDateString()); //: sequential locale must-not
  const iso = stamps.map((s) => new Date(s).toISOString()); //: parallel core
  return { days: weekdays.length, names: names.length, iso };
}

export function input(scale = 1) {
  return { stamps: Array.from({ length: 10 * scale }, (_, i) => 1700000000000 + i * 86400000) };
}
