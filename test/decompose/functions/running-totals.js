// Balances, moving averages, differences.
export default function ({ amounts, window }) {
  const balances = [];
  let balance = 0;
  for (const a of amounts) { //: sequential carried-dependency,fp-order must-not
    balance += a;
    balances.push(balance);
  }
  const averages = amounts.map((_, i) => { //: parallel core
    const from = Math.max(0, i - window + 1);
    let s = 0;
    for (let j = from; j <= i; j++) s += amounts[j]; //: inner,sequential any
    return s / (i - from + 1);
  });
  const differences = [];
  for (let i = 1; i < amounts.length; i++) differences[i - 1] = amounts[i] - amounts[i - 1]; //: parallel core
  let previous = null;
  const changes = [];
  for (const a of amounts) { //: sequential carried-dependency must-not
    if (previous !== null && a !== previous) changes.push(a);
    previous = a;
  }
  return { balances, averages, differences, changes };
}

export function input(scale = 1) {
  return { window: 4, amounts: Array.from({ length: 25 * scale }, (_, i) => ((i * 37) % 19) / 4) };
}
