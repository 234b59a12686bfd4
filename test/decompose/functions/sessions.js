// Session reconstruction: sort by time, split by gap (sequential), per-session features, funnel counts, cohort matrix.
export default async function sessions({ events, gap, steps }) {
  const byUser = Object.groupBy(events, (e) => e.user);
  const perUser = Object.entries(byUser).map(([user, list]) => { //: parallel core
    const sorted = [...list].sort((a, b) => a.at - b.at); //: inner,sequential any
    const out = [];
    let current = null;
    for (const e of sorted) { //: inner,sequential any
      if (current === null || e.at - current.end > gap) {
        current = { user, start: e.at, end: e.at, pages: [] };
        out.push(current);
      }
      current.end = e.at;
      current.pages.push(e.page);
    }
    return out;
  });
  const all = perUser.flat();
  const durations = all.map((s) => s.end - s.start); //: parallel core
  const funnel = steps.map((step, i) => all.filter((s) => steps.slice(0, i + 1).every((p) => s.pages.includes(p))).length); //: parallel core
  const transitions = {};
  for (const s of all) { //: guarded,reduce stretch
    for (let i = 1; i < s.pages.length; i++) { //: inner,guarded,reduce any
      const key = s.pages[i - 1] + ">" + s.pages[i];
      transitions[key] = (transitions[key] ?? 0) + 1;
    }
  }
  let bounced = 0, deep = 0;
  for (const s of all) { //: reduce core
    if (s.pages.length === 1) bounced += 1;
    if (s.pages.length > 3) deep += 1;
  }
  const last = new Map();
  for (const e of events) last.set(e.user, e.page); //: parallel core
  let previous = -1;
  const ordered = events.every((e) => { //: sequential mutated-capture,carried-dependency must-not
    const ok = e.at >= previous;
    previous = e.at;
    return ok;
  });
  for (const s of all) s.length = s.pages.length; //: sequential alias,mutated-capture must-not
  return { durations, funnel, transitions, bounced, deep, last, ordered, longest: Math.max(...all.map((s) => s.length)) }; //: parallel any
}
export function input(scale = 1) {
  return { gap: 30, steps: ["home", "list", "buy"], events: Array.from({ length: 40 * scale }, (_, i) => ({ user: "u" + (i % 6), at: i * 7 + (i % 6) * 3, page: ["home", "list", "item", "buy"][(i * 5) % 4] })) };
}
