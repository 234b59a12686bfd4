// Value at risk by historical simulation.
function valueOf(portfolio, prices) {
  return portfolio.reduce((sum, p) => sum + p.shares * prices[p.symbol], 0); //: sequential fp-order any
}

export default function ({ portfolio, history, level }) {
  const today = history[history.length - 1];
  const base = valueOf(portfolio, today);
  const losses = [];
  for (let d = 1; d < history.length; d++) { //: parallel core
    const shocked = {};
    for (const symbol of Object.keys(today)) { //: inner,parallel any
      shocked[symbol] = today[symbol] * (history[d][symbol] / history[d - 1][symbol]);
    }
    losses.push(base - valueOf(portfolio, shocked));
  }
  losses.sort((a, b) => b - a); //: sequential sort must-not
  return { base, valueAtRisk: losses[Math.floor((1 - level) * losses.length)], worst: losses[0] };
}

export function input(scale = 1) {
  const history = Array.from({ length: 30 * scale }, (_, d) => ({ A: 100 + Math.sin(d) * 5, B: 50 + Math.cos(d) * 3, C: 20 + (d % 7) }));
  return { portfolio: [{ symbol: 'A', shares: 3 }, { symbol: 'B', shares: 10 }, { symbol: 'C', shares: 25 }], history, level: 0.95 };
}
