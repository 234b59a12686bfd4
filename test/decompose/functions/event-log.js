// Writes to the console and a module-level log while it works.
const log = [];
function note(text) {
  log.push(text);
}

export default function ({ jobs }) {
  const done = jobs.map((job) => { //: sequential mutated-capture must-not
    note('start ' + job.id);
    return job.id * 2;
  });
  for (const job of jobs) { //: sequential side-effect must-not
    if (job.loud) console.error('loud', job.id);
  }
  const stamps = jobs.map(() => Date.now()); //: sequential clock must-not
  const jitter = jobs.map((job) => job.id + Math.random()); //: sequential random must-not
  const sizes = jobs.map((job) => JSON.stringify(job).length); //: parallel core
  return { done, log, stamps: stamps.length, jitter: jitter.length, sizes };
}

export function input(scale = 1) {
  return { jobs: Array.from({ length: 10 * scale }, (_, i) => ({ id: i, loud: false })) };
}
