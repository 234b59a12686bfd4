// Loan schedules: each loan alone, months in order.
export default async function ({ loans }) {
  const schedules = {};
  for (const loan of loans) { //: parallel core
    const rate = loan.apr / 12 / 100;
    const payment = (loan.amount * rate) / (1 - (1 + rate) ** -loan.months);
    let balance = loan.amount;
    const lines = [];
    for (let month = 1; month <= loan.months; month++) { //: sequential carried-dependency any
      const interest = balance * rate;
      balance -= payment - interest;
      lines.push({ month, interest, balance });
    }
    schedules[loan.id] = lines;
  }
  const interest = Object.values(schedules).map((lines) => lines.reduce((s, l) => s + l.interest, 0)); //: parallel core
  return { schedules, interest };
}

export function input(scale = 1) {
  return { loans: Array.from({ length: 8 * scale }, (_, i) => ({ id: 'L' + i, amount: 1000 * (i + 1), apr: 3 + (i % 4), months: 12 + (i % 3) * 6 })) };
}
