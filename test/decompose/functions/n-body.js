// Gravity between bodies: forces are independent, time steps are not.
function acceleration(body, bodies) {
  let ax = 0;
  let ay = 0;
  for (const other of bodies) { //: inner,sequential any
    if (other === body) continue;
    const dx = other.x - body.x;
    const dy = other.y - body.y;
    const d2 = dx * dx + dy * dy + 0.01;
    const inv = other.m / (d2 * Math.sqrt(d2));
    ax += dx * inv;
    ay += dy * inv;
  }
  return { ax, ay };
}

export default async function simulate({ bodies, steps, dt }) {
  let current = bodies;
  const energies = [];
  for (let s = 0; s < steps; s++) { //: sequential carried-dependency must-not
    const forces = current.map((b) => acceleration(b, current)); //: parallel core
    current = current.map((b, i) => { //: parallel core
      const vx = b.vx + forces[i].ax * dt;
      const vy = b.vy + forces[i].ay * dt;
      return { ...b, vx, vy, x: b.x + vx * dt, y: b.y + vy * dt };
    });
    energies.push(current.reduce((e, b) => e + 0.5 * b.m * (b.vx ** 2 + b.vy ** 2), 0)); //: sequential fp-order must-not
  }
  return { current, energies };
}

export function input(scale = 1) {
  return { steps: 3, dt: 0.01, bodies: Array.from({ length: 8 * scale }, (_, i) => ({ x: Math.cos(i), y: Math.sin(i * 2), vx: 0, vy: 0, m: 1 + (i % 3) })) };
}
